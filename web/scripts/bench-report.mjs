// docs/BENCH.md from docs/bench/*.json.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { document } from "../bench/report.js";
import { root } from "./tools.mjs";

const folder = join(root, "docs/bench");
const titles = {
  browser: "In the browser",
  "browser-300": "In the browser, a longer clip",
  "browser-300-webgpu": "In the browser, a longer clip on WebGPU",
  "browser-memory": "In the browser, a thousand steps",
  "browser-exact": "In the browser, the exact projection",
  "browser-onnx": "In the browser, beside ONNX Runtime",
  "browser-onnx-300": "In the browser, beside ONNX Runtime, a longer clip",
  "browser-onnx-webgpu": "In the browser, beside ONNX Runtime on WebGPU",
  native: "Natively",
  "native-onnx": "Natively, beside ONNX Runtime",
  "native-exact": "Natively, the exact projection",
  "native-batch": "Natively, several clips at once",
};
const notes = join(folder, "notes.md");
const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
const results = names.sort().map((name) => {
  const title = name.replace(/\.json$/, "");
  return [titles[title] ?? title, JSON.parse(readFileSync(join(folder, name), "utf8"))];
});
const read = existsSync(notes) ? readFileSync(notes, "utf8").trim() : "";
writeFileSync(join(root, "docs/BENCH.md"), document(results, read));
console.log(`docs/BENCH.md has ${results.length} runs.`);
