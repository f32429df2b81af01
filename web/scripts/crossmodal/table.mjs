// Rows and table, which the core makes: the viewer module in Node.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../tools.mjs";

/** Sums lists of numbers place by place. */
export function sumOf(lists) {
  return lists.reduce((sum, list) => sum.map((value, i) => value + list[i]));
}

/** The core's functions. */
export async function loadCore() {
  const folder = join(root, "web/pkg/viewer");
  if (!existsSync(join(folder, "viewer.js")))
    throw new Error("There is no web/pkg/viewer. Run: npm run build");
  const core = await import(join(folder, "viewer.js"));
  core.initSync({ module: readFileSync(join(folder, "viewer_bg.wasm")) });
  return core;
}

/** The rows as CSV, and the table as Markdown. */
export function report({ filmedCsv, filmedTable }, clips) {
  const [head, ...lines] = filmedTable(clips);
  const markdown = [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`);
  return { csv: filmedCsv(clips), table: markdown.join("\n") };
}
