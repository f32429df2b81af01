// `npm test`: all suites, or those that are named. HELP shows how; suites.mjs has the suites.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensure } from "./needs.mjs";
import { suites } from "./suites.mjs";
import { chromedriver, chromium, chromiumSettings, environment, fail, root, target } from "./tools.mjs";

const HELP = `npm test                                     every suite
npm test -- native page                      these suites, and what they need to run first
npm test -- native -- golden                 what follows the second -- goes to the suite's program: here, a part
npm test -- page -- tests/e2e/lab.spec.ts    of the tests' names, or a file
npm test -- --list                           names of the suites`;

/** Numbers of passed and failed tests in a program's output; null if it has none. */
const counters = {
  cargo: (output) => {
    const results = [...output.matchAll(/test result: \w+\. (\d+) passed; (\d+) failed/g)];
    const sum = (group) => results.reduce((total, result) => total + Number(result[group]), 0);
    return results.length > 0 ? [sum(1), sum(2)] : null;
  },
  node: (output) => {
    const number = (word) => Number(new RegExp(`^\\S+ ${word} (\\d+)$`, "m").exec(output)?.[1] ?? 0);
    return /^\S+ tests \d+$/m.test(output) ? [number("pass"), number("fail")] : null;
  },
  playwright: (output) => {
    const number = (word) => Number(new RegExp(`^\\s*(\\d+) ${word}`, "m").exec(output)?.[1] ?? 0);
    const [passed, failed] = [number("passed") + number("flaky"), number("failed") + number("did not run")];
    return passed + failed > 0 ? [passed, failed] : null;
  },
};

const { names, words } = chosen(process.argv.slice(2));
ensure(...names.flatMap((name) => suites[name].needs));
const shared = { ...environment, ...browserEnvironment() };
const results = [];
for (const name of names) {
  const started = Date.now();
  const [passed, failed] = await suite(name);
  results.push({ name, passed, failed, time: clock(Date.now() - started) });
}
report();

/** Suites to be run, in order, and the words for their programs. */
function chosen(args) {
  const dashes = args.indexOf("--");
  const [before, after] = dashes < 0 ? [args, []] : [args.slice(0, dashes), args.slice(dashes + 1)];
  if (before.includes("--help")) leave(HELP);
  if (before.includes("--list")) leave(list());
  const unknown = before.find((word) => !(word in suites));
  if (unknown) fail(`There is no suite ${unknown}. The suites are:\n${list()}`);
  if (after.length > 0 && before.length !== 1) fail(`Words after -- are for one suite; name it.\n${HELP}`);
  const wanted = new Set(before.length > 0 ? before : Object.keys(suites));
  for (const name of before) if (suites[name].after) wanted.add(suites[name].after);
  return { names: Object.keys(suites).filter((name) => wanted.has(name)), words: { [before[0]]: after } };
}

function list() {
  return Object.entries(suites)
    .map(([name, { about }]) => `${name.padEnd(9)} ${about}`)
    .join("\n");
}

/** The browser that was found, for all programs that drive one. */
function browserEnvironment() {
  if (!chromium()) return {};
  const file = join(target, "webdriver.json");
  mkdirSync(target, { recursive: true });
  writeFileSync(file, JSON.stringify(chromiumSettings().settings));
  return {
    CHROMIUM: chromium(),
    ...(chromedriver() ? { CHROMEDRIVER: chromedriver() } : {}),
    WASM_BINDGEN_TEST_WEBDRIVER_JSON: file,
  };
}

/** Runs the commands of a suite up to the first that fails; gives the numbers of passed and failed tests. */
async function suite(name) {
  const { commands, counts, env } = suites[name];
  const sum = [0, 0];
  for (const command of commands) {
    const { succeeded, output } = await shown(name, [...command, ...(words[name] ?? [])], {
      ...shared,
      ...env,
    });
    const [passed, failed] = counters[counts]?.(output) ?? (succeeded ? [1, 0] : [0, 1]);
    sum[0] += passed;
    // A program can fail without a failed test: it did not compile, or it crashed.
    sum[1] += succeeded ? failed : Math.max(failed, 1);
    if (!succeeded) break;
  }
  return sum;
}

/** Runs a program, shows its output and keeps it. */
function shown(name, [program, ...args], env) {
  const shortened = [program, ...args].map((word) =>
    word.replace(process.execPath, "node").replace(root, ""),
  );
  console.log(`\n== ${name}: ${shortened.join(" ")}`);
  return new Promise((resolve) => {
    let output = "";
    const child = spawn(program, args, { cwd: root, env });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (chunk) => {
        output += chunk;
        process.stdout.write(chunk);
      });
    }
    child.on("error", (error) => {
      console.error(`${program}: ${error.message}`);
      resolve({ succeeded: false, output });
    });
    child.on("close", (status, signal) => {
      if (status !== 0)
        console.error(`${program} ${signal ? `was ended by ${signal}` : `failed with status ${status}`}.`);
      resolve({ succeeded: status === 0, output });
    });
  });
}

/** A table of all suites, then the sum on a line of its own. */
function report() {
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log("\nsuite      min:s  result");
  for (const { name, passed, failed, time } of results)
    console.log(`${name.padEnd(9)} ${time.padStart(6)}  ${passed} passed, ${failed} failed`);
  console.log(`\n${sum("passed")} passed, ${sum("failed")} failed`);
  process.exit(sum("failed") > 0 ? 1 : 0);
}

function clock(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function leave(text) {
  console.log(text);
  process.exit(0);
}
