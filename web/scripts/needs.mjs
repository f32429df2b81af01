// What the commands need on a machine, and how each is installed. Checking takes a fraction of a second.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { apt } from "./apt.mjs";
import { installTools, missingTool } from "./bindgen.mjs";
import {
  chromedriver,
  chromium,
  environment,
  fail,
  firefox,
  output,
  root,
  run,
  text,
  wasmTarget,
  which,
} from "./tools.mjs";

const offline = "If this machine is offline, connect it, and try again.";

/**
 * Of each need: what is missing (null if nothing is), why we need it, how it is installed (which gives null, or the
 * reason why it failed), and what a person can do then. Without an optional one, its tests skip.
 */
const needs = {
  npm: {
    missing: missingPackages,
    why: "Vite builds the page, and the tests and lints of the page are npm packages",
    install: installPackages,
    help: offline,
  },
  linker: {
    missing: () => (process.platform === "win32" || which("cc") ? null : "a C linker"),
    why: "Rust links programs with it",
    install: () => apt(["gcc", "libc6-dev"]),
    help: "Install a C compiler, for example with your package manager, so that `cc` is a command.",
  },
  rust: {
    missing: missingRust,
    why: "the library, the command line and the page's two WebAssembly modules are written in Rust",
    install: installRust,
    help: offline,
  },
  runner: {
    missing: () => missingTool("wasm-bindgen-test-runner", "wasm-bindgen and its test runner"),
    why: "they make modules for the page of what Cargo builds, and run the Rust tests in a browser",
    install: () => installTools(["wasm-bindgen-test-runner", "bindgen"], "--features", "runner"),
    help: offline,
  },
  bindgen: {
    missing: () => missingTool("bindgen", "wasm-bindgen"),
    why: "it makes modules for the page of what Cargo builds",
    install: () => installTools(["bindgen"]),
    help: offline,
  },
  browser: {
    missing: () => (chromium() && chromedriver() ? null : "Chromium with chromedriver"),
    why: "tests of the engine and of the page run in a browser",
    install: () => apt(["chromium", "chromium-driver"]),
    help: "Install both, or name them in the environment variables CHROMIUM and CHROMEDRIVER.",
  },
  firefox: {
    missing: missingFirefox,
    why: "the page is tested in it as well",
    install: () => apt(["firefox-esr", "xvfb", "libgl1-mesa-dri"]),
    help: "Its tests are skipped. To run them, install both, and name Firefox in the environment variable FIREFOX.",
    optional: true,
  },
};

export const all = Object.keys(needs);

/** Makes sure that the named needs are there, in the order of the table; ends this process if one cannot be had. */
export function ensure(...names) {
  checkNode();
  for (const [name, need] of Object.entries(needs)) {
    if (!names.includes(name)) continue;
    const missing = need.missing();
    if (!missing) continue;
    console.log(`Installing ${missing}: ${need.why}.`);
    const reason = need.install() ?? (need.missing() && "it is still missing");
    if (!reason) continue;
    const words = `Could not install ${missing}: ${reason}. ${need.help}`;
    if (need.optional) console.warn(words);
    else fail(words);
  }
}

/** Headless Firefox has no WebGL on Linux: there it draws on Xvfb. */
function missingFirefox() {
  if (!firefox()) return "Firefox";
  return process.platform === "linux" && !which("Xvfb") ? "Xvfb, a display for Firefox" : null;
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  fail(
    `Node 20.19 or newer is needed, this is ${process.versions.node}. Install it from https://nodejs.org.`,
  );
}

/** npm notes in node_modules what it has installed: the versions have to be those of package-lock.json. */
function missingPackages() {
  const note = join(root, "node_modules/.package-lock.json");
  if (!existsSync(note)) return "the npm packages";
  const installed = JSON.parse(readFileSync(note, "utf8")).packages;
  const wanted = Object.entries(JSON.parse(text("package-lock.json")).packages);
  const fits = ([path, { version, optional }]) =>
    path === "" || installed[path]?.version === version || (optional && !installed[path]);
  return wanted.every(fits) ? null : "the npm packages that package-lock.json names now";
}

/** `npm ci`, by the npm that runs this if one does. */
function installPackages() {
  const words = ["ci", "--no-audit", "--no-fund"];
  const npm = process.env.npm_execpath;
  return (npm ? run(process.execPath, [npm, ...words]) : run("npm", words))
    ? null
    : "npm ci failed, see above";
}

const channel = () => /channel = "(.*)"/.exec(text("rust-toolchain.toml"))?.[1];

function missingRust() {
  if (!which("rustc") && !which("rustup"))
    fail("Rust is missing. Install it from https://rustup.rs, then try again.");
  const sysroot = output("rustc", ["--print", "sysroot"], { ...environment, RUSTUP_AUTO_INSTALL: "0" });
  const parts = [`lib/rustlib/${wasmTarget}`, "bin/cargo", "bin/cargo-clippy", "bin/cargo-fmt"];
  const isThere = (part) => existsSync(join(sysroot, part)) || existsSync(join(sysroot, `${part}.exe`));
  return sysroot && parts.every(isThere) ? null : `Rust ${channel()} with the target ${wasmTarget}`;
}

function installRust() {
  if (!which("rustup")) return "this Rust does not come from rustup; install that from https://rustup.rs";
  const parts = ["--component", "rustfmt", "--component", "clippy", "--target", wasmTarget];
  const words = ["toolchain", "install", channel(), "--profile", "minimal", "--no-self-update", ...parts];
  return run("rustup", words) ? null : "rustup toolchain install failed, see above";
}
