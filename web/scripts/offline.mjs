// The service worker, into dist/: web/offline/ciasa-sw.js with the SHA-256 of every file that a page may ask for.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root, text } from "./tools.mjs";

export const WORKER = "ciasa-sw.js";
/** Files beside the page that it does not ask for. */
const NOT_ASKED =
  /\.(br|gz|d\.ts|csv)$|^(_headers|\.htaccess|\.nojekyll|custom-elements\.json|bom\.cdx\.json|ciasa-sw\.js)$/;
/** Of the models' folder the manifest and the weights; the rest are settings of their training. */
const isAsked = (path) =>
  !NOT_ASKED.test(path) && (!path.startsWith("models/") || /manifest\.json$|\.safetensors$/.test(path));

/** Writes the service worker for the files that are in the folder. */
export function writeOffline(dist) {
  const paths = readdirSync(dist, { recursive: true })
    .map((path) => String(path).replaceAll("\\", "/"))
    .filter((path) => statSync(join(dist, path)).isFile() && isAsked(path))
    .sort();
  const hash = (path) =>
    createHash("sha256")
      .update(readFileSync(join(dist, path)))
      .digest("hex");
  const files = Object.fromEntries(paths.map((path) => [path, hash(path)]));
  // These are large, and most visits use few of them: networks, the pose estimator, the engine for a GPU.
  const isLarge = (path) => /\.safetensors$|^pose\/|(^|\/)engine_bg-[^/]*\.wasm$/.test(path);
  const shell = paths.filter((path) => !isLarge(path));
  const written = text("web/offline/ciasa-sw.js")
    .replace("const FILES = {};", `const FILES = ${JSON.stringify(files, null, 1)};`)
    .replace("const SHELL = [];", `const SHELL = ${JSON.stringify(shell, null, 1)};`);
  writeFileSync(join(dist, WORKER), written);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) writeOffline(join(root, "dist"));
