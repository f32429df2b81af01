// The programs of web/scripts/bindgen: wasm-bindgen, and the runner of browser tests. They are compiled once.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, run, target, text, tools } from "./tools.mjs";

const folder = "web/scripts/bindgen";

/** wasm-bindgen needs exactly the version that the library is compiled with. */
function version() {
  const of = (lock, name) => new RegExp(`name = "${name}"\nversion = "(.*)"`).exec(text(lock))?.[1];
  const [library, program] = [
    of("Cargo.lock", "wasm-bindgen"),
    of(`${folder}/Cargo.lock`, "wasm-bindgen-cli-support"),
  ];
  if (library !== program) {
    fail(
      `Cargo.lock has wasm-bindgen ${library}, ${folder}/Cargo.lock ${program}: both have to be the same version.`,
    );
  }
  return program;
}

/** Changes when a program has to be compiled again. */
function stamp() {
  const hash = createHash("sha256");
  for (const file of ["Cargo.toml", "Cargo.lock", "src/main.rs", "src/runner.rs"])
    hash.update(text(join(folder, file)));
  return hash.digest("hex");
}

const stampOf = (program) => join(tools, `${program}.stamp`);

/** What is missing of a program: its title, or null. */
export function missingTool(program, title) {
  const isThere = existsSync(stampOf(program)) && readFileSync(stampOf(program), "utf8") === stamp();
  return isThere ? null : `${title} ${version()} (compiled once, about a minute)`;
}

/** Compiles programs; those that are wanted together share most of it. Gives null, or the reason why it failed. */
export function installTools(programs, ...features) {
  const bins = programs.flatMap((program) => ["--bin", program]);
  const places = ["--manifest-path", `${folder}/Cargo.toml`, "--target-dir", join(target, "tools")];
  const built = run("cargo", ["build", "--release", "--locked", ...bins, ...features, ...places]);
  if (!built) return "cargo build failed, see above";
  for (const program of programs) writeFileSync(stampOf(program), stamp());
  return null;
}
