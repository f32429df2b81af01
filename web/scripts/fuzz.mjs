// `npm run fuzz`: random changes of files, settings and messages for as long as wanted. Options go to the program:
// --minutes N (10 if nothing is said), --inputs N of each parser, --seed S, --parser NAME, --threads N, --replay FILE.
// With --guided TARGET, libFuzzer instead, which follows the code that inputs reach: with --minutes alone.
import { guided } from "./guided.mjs";
import { ensure } from "./needs.mjs";
import { must } from "./tools.mjs";

ensure("linker", "rust");
const given = process.argv.slice(2);
const value = (option) => (given.includes(option) ? given[given.indexOf(option) + 1] : undefined);
if (given.includes("--guided")) {
  guided(value("--guided"), Number(value("--minutes") ?? 10));
} else {
  const ends = ["--minutes", "--inputs", "--replay", "--seeds"].some((option) => given.includes(option));
  const words = [...(ends ? [] : ["--minutes", "10"]), ...given];
  must("cargo", ["test", "--release", "-p", "ciasa", "--features", "cli", "--test", "fuzz", "--", ...words]);
}
