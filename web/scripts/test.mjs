// All tests, one suite after the other. Each ends with a line "<suite>: N passed, N failed".
import { spawn } from "node:child_process";
import { join } from "node:path";
import { chromium, environment, local, root, tools } from "./tools.mjs";

const node = process.execPath;
const wasm = ["--target", "wasm32-unknown-unknown"];
const browser = { CHROMEDRIVER: process.env.CHROMEDRIVER ?? "/usr/bin/chromedriver" };
const runner = { PATH: `${environment.PATH}:${join(tools, "bin")}` };

/** How many tests a program reported; null where its output has no such numbers (then its exit status counts as one). */
const counts = {
  cargo: (text) => sum(text, /test result: \w+\. (\d+) passed; (\d+) failed/g),
  playwright: (text) => {
    const of = (word) => Number(text.match(new RegExp(`^\\s*(\\d+) ${word}`, "m"))?.[1] ?? 0);
    const [passed, failed] = [of("passed") + of("flaky"), of("failed") + of("did not run")];
    return passed + failed > 0 ? [passed, failed] : null;
  },
  none: () => null,
};

function sum(text, pattern) {
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return null;
  return found.reduce(([passed, failed], [, p, f]) => [passed + Number(p), failed + Number(f)], [0, 0]);
}

const suites = [
  ["cargo fmt", ["cargo", "fmt", "--all", "--check"], "none"],
  [
    "clippy, native",
    [
      "cargo",
      "clippy",
      "--release",
      "-p",
      "ciasa",
      "--features",
      "cli",
      "--all-targets",
      "--",
      "-D",
      "warnings",
    ],
    "none",
  ],
  [
    "clippy, engine",
    [
      "cargo",
      "clippy",
      "--release",
      "-p",
      "ciasa",
      "--lib",
      "--features",
      "web",
      ...wasm,
      "--",
      "-D",
      "warnings",
    ],
    "none",
  ],
  [
    "clippy, viewer",
    [
      "cargo",
      "clippy",
      "--release",
      "-p",
      "ciasa",
      "--lib",
      "--features",
      "viewer",
      ...wasm,
      "--",
      "-D",
      "warnings",
    ],
    "none",
  ],
  ["native", ["cargo", "test", "--release", "-p", "ciasa", "--features", "cli"], "cargo"],
  [
    "browser",
    ["cargo", "test", "--release", "-p", "ciasa", "--features", "web", ...wasm, "--test", "web"],
    "cargo",
    { ...runner, ...browser },
  ],
  // TypeScript that is written from Rust; without Burn, so that ts-rs changes no features under it.
  [
    "generated",
    ["cargo", "test", "--release", "-p", "ciasa", "--features", "ts", "--lib", "typescript"],
    "cargo",
  ],
  // The types of the generated modules are there once they are built.
  ["build", [node, "web/scripts/build.mjs"], "none"],
  ["typecheck", [node, local("typescript/bin/tsc"), "--noEmit"], "none"],
  ["lint", [node, local("@biomejs/biome/bin/biome"), "check", "--error-on-warnings"], "none"],
  ["size", [node, "web/scripts/size.mjs"], "none"],
  ["page", [node, local("@playwright/test/cli.js"), "test"], "playwright"],
];

/** Runs a suite with its output shown; answers [passed, failed]. */
function suite([name, [program, ...args], kind, extra = {}]) {
  console.log(`\n== ${name}: ${program.split("/").at(-1)} ${args.join(" ")}`);
  return new Promise((resolve) => {
    let text = "";
    const child = spawn(program, args, { cwd: root, env: { ...environment, ...extra } });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        text += chunk;
        process.stdout.write(chunk);
      });
    }
    child.on("error", (error) => {
      console.error(error.message);
      resolve([0, 1]);
    });
    child.on("close", (status) => {
      const [passed, failed] = counts[kind](text) ?? (status === 0 ? [1, 0] : [0, 1]);
      // A program can fail without a failed test: it did not compile, or it crashed.
      resolve([passed, status !== 0 && failed === 0 ? 1 : failed]);
    });
  });
}

if (!chromium())
  console.error("No Chromium was found: the suites that need it will fail. Run: npm run setup");
const only = process.argv.slice(2);
const results = [];
for (const one of suites) {
  if (only.length > 0 && !only.includes(one[0])) continue;
  results.push([one[0], await suite(one)]);
}
console.log("");
for (const [name, [passed, failed]] of results) console.log(`${name}: ${passed} passed, ${failed} failed`);
process.exit(results.some(([, [, failed]]) => failed > 0) ? 1 : 0);
