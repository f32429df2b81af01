// `npm run dev`: the fast loop. Vite serves the page from its sources and reloads it on every change; a change of the
// Rust sources rebuilds the module that it concerns, and then the page is reloaded, too.
import { spawn } from "node:child_process";
import { watch } from "node:fs";
import { join } from "node:path";
import { ensure } from "./needs.mjs";
import { buildPose } from "./pose.mjs";
import { local, root } from "./tools.mjs";

ensure("npm", "linker", "rust", "bindgen");

const build = () =>
  new Promise((done) => {
    const child = spawn(process.execPath, ["web/scripts/wasm.mjs"], { cwd: root, stdio: "inherit" });
    child.on("close", (status) => done(status === 0));
  });

if (!(await build())) process.exit(1);
buildPose();

let [waiting, building] = [null, false];
watch(join(root, "crate/src"), { recursive: true }, () => {
  clearTimeout(waiting);
  // An editor may write several files at once.
  waiting = setTimeout(rebuild, 200);
});

async function rebuild() {
  if (building) {
    waiting = setTimeout(rebuild, 200);
    return;
  }
  building = true;
  const started = Date.now();
  const built = await build();
  building = false;
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(
    built ? `The modules are up to date (${seconds} s).` : "The page keeps the last modules that compiled.",
  );
}

const vite = spawn(process.execPath, [local("vite/bin/vite.js"), ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
vite.on("close", (status) => process.exit(status ?? 1));
