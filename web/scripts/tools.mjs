// What the scripts share: where things are, and how programs are run. Uses nothing that is installed.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
export const wasmTarget = "wasm32-unknown-unknown";

/** Programs of web/scripts/bindgen are built into this folder. */
export const tools = join(target, "tools/release");

/** Environment of every program: with our tools, and with Rust also in the shell in which rustup was just installed. */
export const environment = {
  ...process.env,
  PATH: [tools, process.env.PATH, join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "bin")].join(
    delimiter,
  ),
};

/** A file of the repository. */
export function text(path) {
  return readFileSync(join(root, path), "utf8");
}

/** Runs a program in the repository and shows what it prints. True if it succeeded. */
export function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, {
    cwd: root,
    stdio: "inherit",
    env: environment,
    ...options,
  });
  if (error) console.error(`${program}: ${error.message}`);
  return status === 0;
}

/** Runs a program; if it fails, this process ends. */
export function must(program, args, options) {
  if (!run(program, args, options)) fail(`This command failed: ${program} ${args.join(" ")}`);
}

/** What a program prints; null if it is missing or fails. */
export function output(program, args, env = environment) {
  const { status, stdout } = spawnSync(program, args, {
    cwd: root,
    env,
    encoding: "utf8",
    // Cargo's tree of crates has some megabytes.
    maxBuffer: 1 << 28,
  });
  return status === 0 ? stdout.trim() : null;
}

/** Full path of a program, or null. */
export function which(program) {
  const names = process.platform === "win32" ? [`${program}.exe`, `${program}.cmd`] : [program];
  const places = environment.PATH.split(delimiter).flatMap((folder) =>
    names.map((name) => join(folder, name)),
  );
  return places.find((place) => existsSync(place)) ?? null;
}

/** The browser of the tests and the bench: CHROMIUM, or the system's. */
export function chromium() {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  return process.env.CHROMIUM ?? names.map(which).find((place) => place) ?? null;
}

/** The Firefox of the tests: FIREFOX, or the system's. */
export function firefox() {
  const named = process.env.FIREFOX;
  if (named) return existsSync(named) ? named : null;
  return which("firefox-esr") ?? which("firefox");
}

/** The driver with which Rust's browser tests steer Chromium: CHROMEDRIVER, or the system's. */
export function chromedriver() {
  return process.env.CHROMEDRIVER ?? which("chromedriver");
}

/** Settings with which Chromium is run by all tests and by the bench; Rust's browser tests read the file itself. */
export function chromiumSettings() {
  const settings = JSON.parse(text("crate/webdriver.json"));
  const options = settings["goog:chromeOptions"];
  options.binary = chromium() ?? options.binary;
  return { settings, flags: options.args };
}

/** Types of the files that are served, by ending; others are bytes. */
export const mediaTypes = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
};

/** A program of node_modules, to be run with this Node. */
export const local = (path) => join(root, "node_modules", path);

/** Prints an error and ends this process. */
export function fail(message) {
  console.error(message);
  process.exit(1);
}
