// The WebAssembly modules, into web/pkg. A module whose sources have not changed is left alone.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensure } from "./needs.mjs";
import { must, root, target, text, tools, wasmTarget } from "./tools.mjs";

/** Name of each module, and the Cargo feature it is built with. */
const modules = { "cpu-engine": "web-cpu", engine: "web", viewer: "viewer" };

/** Files that change a module although the compiler does not read them. */
const settings = [
  ...["Cargo.toml", "Cargo.lock", "crate/Cargo.toml", "crate/build.rs", ".cargo/config.toml"],
  ...["rust-toolchain.toml", "web/scripts/bindgen/Cargo.lock", "web/scripts/bindgen/src/main.rs"],
];

/** Builds what has changed; gives the names of those modules. */
export function buildModules() {
  const changed = Object.keys(modules).filter((name) => !isCurrent(name));
  for (const name of changed) build(name, modules[name]);
  return changed;
}

/** The engine with Burn's own GPU kernels beside ours, into web/pkg/stock, for who compares them: a third larger. */
export function buildStock() {
  if (!isCurrent("stock")) build("engine", "web,stock", "stock");
}

/** Builds a module with these features into a folder of web/pkg. */
function build(name, features, into = name) {
  must("cargo", [
    ...["rustc", "--release", "-p", "ciasa", "--lib", "--features", features],
    ...["--target", wasmTarget, "--crate-type", "cdylib"],
  ]);
  const made = join(target, wasmTarget, "release");
  const folder = join(root, "web/pkg", into);
  mkdirSync(folder, { recursive: true });
  // All modules have this file, so each is taken before the other is built.
  must(join(tools, "bindgen"), [join(made, "ciasa.wasm"), folder, name]);
  const sources = sourcesOf(readFileSync(join(made, "ciasa.d"), "utf8"));
  writeFileSync(stampOf(into), JSON.stringify({ sources, hash: hashOf(sources) }));
}

const stampOf = (name) => join(root, "web/pkg", name, "stamp.json");

function isCurrent(name) {
  if (!existsSync(stampOf(name))) return false;
  const { sources, hash } = JSON.parse(readFileSync(stampOf(name), "utf8"));
  return hash === hashOf(sources);
}

/** Files that the compiler read, from the list that Cargo writes beside the result (in the syntax of make). */
function sourcesOf(list) {
  const files = list.slice(list.indexOf(": ") + 2).trim();
  return files.split(/(?<!\\) /).map((file) => file.replaceAll("\\ ", " "));
}

function hashOf(sources) {
  const hash = createHash("sha256");
  for (const file of settings) hash.update(text(file)).update("\0");
  for (const file of sources) hash.update(existsSync(file) ? readFileSync(file) : "missing").update("\0");
  return hash.digest("hex");
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  ensure("linker", "rust", "bindgen");
  buildModules();
}
