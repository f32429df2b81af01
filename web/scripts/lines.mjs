// No line of code, comment or prose is longer than 120 columns. Exempt: tables and addresses in Markdown, and files
// that a program writes.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { output, root } from "./tools.mjs";

const LIMIT = 120;
const kinds = /\.(rs|ts|mjs|js|css|html|md|toml|py|ya?ml|sh)$|^\.ci\/run$/;
/** Written by programs: their lines are as long as what they hold. */
const written = /^(docs\/(BENCH|RESULTS|ROBUSTNESS)\.md|web\/public\/clips\/figures\.md)$/;

/** A row of a table, in Markdown or in a documentation comment of Rust: it cannot be broken. */
const isTable = (line) => /^\s*(\/\/[/!]\s*)?\|.*\|\s*$/.test(line);
/** A line that is long because of an address may be: an address cannot be broken. */
const withoutAddress = (line) => line.replace(/https?:\/\/[^\s)>"]+|\]\([^)\s]+\)/g, "");

const tracked = output("git", ["ls-files", "--cached", "--others", "--exclude-standard"]).split("\n");
const found = [];
for (const file of tracked.filter(
  (name) => kinds.test(name) && !written.test(name) && existsSync(join(root, name)),
)) {
  readFileSync(join(root, file), "utf8")
    .split("\n")
    .forEach((line, index) => {
      const address = file.endsWith(".md") && [...withoutAddress(line)].length <= LIMIT;
      const exempt = address || (/\.(md|rs)$/.test(file) && isTable(line));
      if ([...line].length > LIMIT && !exempt) found.push([`${file}:${index + 1}`, [...line].length]);
    });
}
for (const [place, columns] of found) console.log(`${place}: ${columns} columns`);
console.log(`${found.length} lines have more than ${LIMIT} columns.`);
process.exit(found.length > 0 ? 1 : 0);
