// What `npm ci` does not bring: the Rust target, wasm-bindgen at the exact version, and a browser for the tests.
import { join } from "node:path";
import { chromium, must, output, run, tools, wasmBindgenVersion } from "./tools.mjs";

const missing = [];
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19))
  missing.push(`Node 20.19 or newer is needed, this is ${process.versions.node}.`);
if (!output("rustup", ["--version"])) missing.push("rustup is missing: https://rustup.rs");
else if (!output("cargo", ["--version"])) missing.push("cargo is missing: rustup toolchain install");
if (missing.length > 0) {
  for (const line of missing) console.error(line);
  process.exit(1);
}

// The repository's rust-toolchain.toml says which toolchain; this installs it where it is not there yet.
must("rustup", ["target", "add", "wasm32-unknown-unknown"]);
// Proptest cases, doctests and build scripts need a linker.
if (!output("cc", ["--version"]) && !aptInstall(["build-essential"])) {
  console.error("A C linker is missing. On Debian: apt-get install build-essential");
  process.exit(1);
}

if (
  output("wasm-bindgen", ["--version"]) === `wasm-bindgen ${wasmBindgenVersion}` &&
  output("wasm-bindgen-test-runner", ["--version"])
) {
  console.log(`wasm-bindgen ${wasmBindgenVersion} is there.`);
} else {
  console.log(`Installing wasm-bindgen ${wasmBindgenVersion} into ${tools} (several minutes).`);
  must("cargo", ["install", "wasm-bindgen-cli", "--version", wasmBindgenVersion, "--root", tools], {
    env: installEnvironment(),
  });
}

if (chromium() && output("chromedriver", ["--version"])) {
  console.log(`The tests use ${chromium()}.`);
} else if (!aptInstall(["chromium", "chromium-driver"])) {
  console.log("No Chromium with chromedriver was found: the playground runs, its browser tests do not.");
  console.log("Install both, or name the browser in the environment variable CHROMIUM.");
}

/** A tool for this machine, not for the browser: the repository's own settings for cargo do not concern it. */
function installEnvironment() {
  return { ...process.env, CARGO_TARGET_DIR: join(tools, "build") };
}

/** Installs packages where apt and the right to use it are there. */
function aptInstall(packages) {
  if (!output("apt-get", ["--version"])) return false;
  const root = process.getuid?.() === 0;
  if (!root && !output("sudo", ["-n", "true"]) && output("sudo", ["-n", "true"]) !== "") return false;
  const apt = (args) => (root ? run("apt-get", args) : run("sudo", ["-n", "apt-get", ...args]));
  console.log(`Installing ${packages.join(" and ")}.`);
  return apt(["update", "-qq"]) && apt(["install", "-y", "-qq", "--no-install-recommends", ...packages]);
}
