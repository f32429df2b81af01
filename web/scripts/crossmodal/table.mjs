// Rows as CSV, and the table of the paper's section V-D2.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../tools.mjs";

/** Writes the rows. */
export function csv(path, rows) {
  const quoted = (value) =>
    /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : value;
  const lines = [Object.keys(rows[0]), ...rows.map(Object.values)].map((row) => row.map(quoted).join(","));
  writeFileSync(path, `${lines.join("\n")}\n`);
}

/** Sums lists of numbers place by place. */
export function sumOf(lists) {
  return lists.reduce((sum, list) => sum.map((value, i) => value + list[i]));
}

/** What is counted of the rows of a camera: its title, which rows count, and which of them are hits. */
const RATES = [
  ["clean, skeleton", () => true, (row) => row.clean === row.label],
  ["clean, film", () => true, (row) => row.clean_film === row.label],
  ["attacked, skeleton", () => true, (row) => row.attacked === row.label],
  ["attacked, film", () => true, (row) => row.attacked_film === row.label],
  ["fooled by film", (row) => row.clean_film === row.label, (row) => row.attacked_film !== row.label],
  ["target by film", (row) => row.target !== "", (row) => row.attacked_film === row.target],
];

/** The rates of each camera in percent with Wilson's 95 % intervals, and the joints' errors, as a Markdown table. */
export async function table(rows) {
  const wilson = await interval();
  const cameras = [...new Set(rows.map((row) => row.camera))];
  const rate = (of, counts, hits) => {
    const all = of.filter(counts);
    if (all.length === 0) return "-";
    const n = all.filter(hits).length;
    const [low, high] = wilson(n, all.length);
    const percent = (share) => (100 * share).toFixed(0);
    return `${((100 * n) / all.length).toFixed(1)} (${percent(low)}-${percent(high)}), ${n}/${all.length}`;
  };
  const mean = (of, key) => (of.reduce((sum, row) => sum + Number(row[key]), 0) / of.length).toFixed(1);
  const head = ["camera", "clips", ...RATES.map(([title]) => title), "cm, clean", "cm, attacked"];
  const body = [...cameras, ...(cameras.length > 1 ? ["all"] : [])].map((camera) => {
    const of = rows.filter((row) => camera === "all" || row.camera === camera);
    const rates = RATES.map(([, counts, hits]) => rate(of, counts, hits));
    return [camera, of.length, ...rates, mean(of, "error_clean_cm"), mean(of, "error_attacked_cm")];
  });
  return [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Wilson's interval, which Rust computes for the page, too. */
async function interval() {
  const folder = join(root, "web/pkg/viewer");
  if (!existsSync(join(folder, "viewer.js")))
    throw new Error("There is no web/pkg/viewer. Run: npm run build");
  const { initSync, wilsonInterval } = await import(join(folder, "viewer.js"));
  initSync({ module: readFileSync(join(folder, "viewer_bg.wasm")) });
  return wilsonInterval;
}
