// The test suites, in the order in which they run: what is quick and fails often comes first.
import { local, wasmTarget } from "./tools.mjs";

const node = process.execPath;
const wasm = ["--target", wasmTarget];
const native = ["--release", "-p", "ciasa", "--features", "cli"];

/** Cargo with these arguments. */
const cargo = (...args) => ["cargo", ...args];

/**
 * Clippy as the compiler of our own crate. `cargo clippy` would check all dependencies first, a third of the work of
 * building them; so it shares those that the other suites build. Its result is thrown away, so it is not optimised.
 */
const lints = { RUSTC_WORKSPACE_WRAPPER: "clippy-driver", CLIPPY_ARGS: denied("warnings") };
const unoptimised = ["--config", "profile.release.package.ciasa.opt-level=0"];

/** `-D LINT` in the form in which `cargo clippy` passes it on. */
function denied(lint) {
  return ["-D", lint, ""].join("__CLIPPY_HACKERY__");
}

/**
 * Of each suite: what it tests, what it needs on the machine (see needs.mjs), the suite that has to run before it, its
 * commands with additional environment variables, and how tests are counted in their output (see test.mjs; otherwise
 * each command is one test).
 */
export const suites = {
  fmt: {
    about: "formatting of the Rust sources",
    needs: ["rust"],
    commands: [cargo("fmt", "--all", "--check")],
  },
  lint: {
    about: "formatting and lints of the page",
    needs: ["npm"],
    commands: [[node, local("@biomejs/biome/bin/biome"), "check", "--error-on-warnings"]],
  },
  lines: {
    about: "no line of code or prose has more than 120 columns",
    needs: [],
    commands: [[node, "web/scripts/lines.mjs"]],
  },
  licences: {
    about: "licences of every crate and package that ships",
    needs: ["rust"],
    commands: [[node, "web/scripts/materials.mjs", "--check"]],
  },
  clippy: {
    about: "lints of the Rust sources, for all four sets of features",
    needs: ["rust", "linker"],
    env: lints,
    commands: [
      cargo("build", ...native, "--all-targets", ...unoptimised),
      cargo("build", "--release", "-p", "ciasa", "--features", "web", ...wasm, "--lib", ...unoptimised),
      cargo("build", "--release", "-p", "ciasa", "--features", "web-cpu", ...wasm, "--lib", ...unoptimised),
      cargo("build", "--release", "-p", "ciasa", "--features", "viewer", ...wasm, "--lib", ...unoptimised),
    ],
  },
  native: {
    about: "library and command line on this machine, with doctests",
    needs: ["rust", "linker"],
    commands: [cargo("test", ...native)],
    counts: "cargo",
  },
  web: {
    about: "engine in Chromium, on the CPU and on WebGPU",
    needs: ["rust", "linker", "runner", "browser"],
    commands: [
      cargo("test", "--release", "-p", "ciasa", "--features", "web,stock", ...wasm, "--test", "web"),
    ],
    counts: "cargo",
  },
  // Without Burn, whose features ts-rs would change.
  generated: {
    about: "TypeScript that is written from Rust, against the files in web/src/generated",
    needs: ["rust", "linker"],
    commands: [cargo("test", "--release", "-p", "ciasa", "--features", "ts", "--test", "generated")],
    counts: "cargo",
  },
  build: {
    about: "the page with its modules, into dist/",
    needs: ["npm", "rust", "linker", "bindgen"],
    commands: [[node, "web/scripts/build.mjs"]],
  },
  types: {
    about: "types of the page, against those of the modules",
    needs: ["npm"],
    after: "build",
    commands: [[node, local("typescript/bin/tsc"), "--noEmit"]],
  },
  size: {
    about: "compressed size of what a visitor downloads",
    needs: [],
    after: "build",
    commands: [[node, "web/scripts/size.mjs"]],
  },
  page: {
    about: "the page in Chromium",
    needs: ["npm", "browser"],
    after: "build",
    commands: [[node, local("@playwright/test/cli.js"), "test"]],
    counts: "playwright",
  },
  firefox: {
    about: "the page in Firefox; skipped where it cannot be installed",
    needs: ["npm", "browser", "firefox"],
    after: "build",
    // Node 20 has WebSocket behind this flag; later versions have it anyway.
    commands: [[node, "--experimental-websocket", "--test", "tests/firefox/page.test.mjs"]],
    counts: "node",
  },
};
