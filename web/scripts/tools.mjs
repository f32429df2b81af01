// What the scripts share: where things are, how programs are run.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
export const wasmBindgenVersion = "0.2.130";

/** Tools that `npm run setup` installs beside the build. */
export const tools = join(target, "tools");

/** The environment for our programs: our tools are found after those of the system. */
export const environment = { ...process.env, PATH: `${process.env.PATH}${delimiter}${join(tools, "bin")}` };

/** Runs a program in the repository with its output shown; answers whether it succeeded. */
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

/** Runs a program and ends this script where it fails. */
export function must(program, args, options) {
  if (!run(program, args, options)) {
    console.error(`failed: ${program} ${args.join(" ")}`);
    process.exit(1);
  }
}

/** What a program prints, or null where it is not there or fails. */
export function output(program, args) {
  const { status, stdout } = spawnSync(program, args, { cwd: root, env: environment, encoding: "utf8" });
  return status === 0 ? stdout.trim() : null;
}

/** The browser for the tests. */
export function chromium() {
  const places = [
    process.env.CHROMIUM,
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
  ];
  return places.find((place) => place && existsSync(place)) ?? null;
}

/** A program of node_modules, started with this Node. */
export const local = (path) => join(root, "node_modules", path);
