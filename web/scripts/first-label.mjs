// Seconds from the navigation to the first recognised label, on a slow line and a slow computer. dist/ comes
// compressed at a limited rate, and the browser, or the page's main thread, may compute for a part of the time only.
// Prints what the page had reached when, as medians of several visits, each with an empty cache. Not for Windows.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Line } from "./first-label/line.mjs";
import { visit } from "./first-label/visit.mjs";
import { fail, root } from "./tools.mjs";

const HELP = `npm run first-label -- [options]
  --device D    auto, cpu or webgpu (cpu)
  --mbit N      the line, in Mbit/s (20)
  --slowdown N  the computer has 1/N of its speed (4)
  --slow WHAT   what is slow: browser, all of its processes; or main, the page's main thread, as DevTools do (browser)
  --visits N    visits, each in a new browser (5)
  --dist DIR    a built folder, such as that of another version (dist); several, separated by commas, take turns`;

const text = (fallback) => ({ type: "string", default: fallback });
const { values: options } = parseArgs({
  options: {
    device: text("cpu"),
    mbit: text("20"),
    slowdown: text("4"),
    slow: text("browser"),
    visits: text("5"),
    dist: text(join(root, "dist")),
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
const [mbit, slowdown, visits] = ["mbit", "slowdown", "visits"].map((name) => {
  const value = Number(options[name]);
  if (!(value >= 1)) fail(`--${name}: a number from 1 on`);
  return value;
});
if (!["browser", "main"].includes(options.slow)) fail("--slow: browser or main");
const folders = options.dist.split(",").map((folder) => resolve(folder));
for (const folder of folders)
  if (!existsSync(join(folder, "index.html"))) fail(`There is no page in ${folder}. Run: npm run build`);

/** Names of the downloads that are shown, by what their paths match; scripts are one row. */
const downloads = [
  ["page and scripts", /\/$|\.(html|css|js)$/],
  ["drawing module", /viewer_bg/],
  ["list of clips, first clip", /\/clips\//],
  ["engine module", /engine_bg/],
  ["weights", /\.safetensors$/],
];

const middle = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
};
const fixed = (seconds) => seconds.toFixed(2).padStart(6);

/** One visit as rows: name, and when it began and ended. */
function rows({ start, reached }, requests) {
  const loaded = downloads.map(([name, pattern]) => {
    const files = requests.filter(
      ({ path, to }) => pattern.test(path) && to - start <= reached["first label"] * 1000,
    );
    const [from, to] = [Math.min(...files.map((one) => one.from)), Math.max(...files.map((one) => one.to))];
    return { name: `${name} sent`, from: (from - start) / 1000, to: (to - start) / 1000 };
  });
  return [...loaded, ...Object.entries(reached).map(([name, to]) => ({ name, from: Number.NaN, to }))];
}

const taken = folders.map(() => []);
const lines = folders.map((folder) => new Line(folder, mbit));
const addresses = await Promise.all(lines.map((line) => line.open()));
for (let round = 0; round < visits; round += 1) {
  for (const [i, line] of lines.entries()) {
    line.begin();
    const one = await visit(`${addresses[i]}#engine=${options.device}`, slowdown, options.slow);
    const label = one.reached["first label"];
    taken[i].push({ label, computed: one.computed, sent: line.sent, rows: rows(one, line.requests) });
    console.error(
      `${folders[i]}, visit ${round + 1}: ${label.toFixed(2)} s, ${(line.sent / 1e6).toFixed(2)} MB, ` +
        `page computed ${one.computed.page.toFixed(2)} s, GPU process ${one.computed.gpu.toFixed(2)} s`,
    );
  }
}
for (const line of lines) line.close();

for (const [i, folder] of folders.entries()) {
  const all = taken[i];
  console.log(`\n${folder}, seconds from the navigation, medians of ${visits} visits:`);
  for (const [at, { name }] of all[0].rows.entries()) {
    const from = middle(all.map((one) => one.rows[at]?.from ?? Number.NaN));
    const to = middle(all.map((one) => one.rows[at]?.to ?? Number.NaN));
    console.log(`  ${Number.isNaN(from) ? "      " : fixed(from)} ${fixed(to)}  ${name}`);
  }
  const labels = all.map(({ label }) => label);
  const of = (value) => middle(all.map(value)).toFixed(2);
  console.log(
    `first label after ${of(({ label }) => label)} s (${Math.min(...labels).toFixed(2)} to ` +
      `${Math.max(...labels).toFixed(2)}); ${of(({ sent }) => sent / 1e6)} MB at ${mbit} Mbit/s, ${options.slow} ` +
      `${slowdown} times slower; the page computed ${of(({ computed }) => computed.page)} s, the GPU's process ` +
      `${of(({ computed }) => computed.gpu)} s`,
  );
}
