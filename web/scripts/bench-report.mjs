// docs/BENCH.md from docs/bench/*.json.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { document } from "../bench/report.js";
import { root } from "./tools.mjs";

const folder = join(root, "docs/bench");
const titles = { browser: "In the browser", native: "Natively" };
const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
const results = names.sort().map((name) => {
  const title = name.replace(/\.json$/, "");
  return [titles[title] ?? title, JSON.parse(readFileSync(join(folder, name), "utf8"))];
});
writeFileSync(join(root, "docs/BENCH.md"), document(results));
console.log(`docs/BENCH.md has ${results.length} runs.`);
