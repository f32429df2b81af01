// Milliseconds of an attack's step in the page, as the element reports them. Built folders take turns, such as those of
// two versions. Each attack is in a new browser, with the clip paused.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chromium as playwright } from "@playwright/test";
import { launchOptions } from "./browsing.mjs";
import { Line } from "./first-label/line.mjs";
import { fail, root } from "./tools.mjs";

const HELP = `npm run page-steps -- [options]
  --device D    cpu or webgpu (cpu)
  --models M    ids of networks, with commas (utd-mhad-st-gcn,utd-mhad-2s-agcn-joint)
  --steps N     steps of an attack, from 3 on; the first one is not counted (24)
  --rounds N    attacks of each folder and network (3)
  --dist DIR    a built folder (dist); several, separated by commas, take turns`;

const text = (fallback) => ({ type: "string", default: fallback });
const { values: options } = parseArgs({
  options: {
    device: text("cpu"),
    models: text("utd-mhad-st-gcn,utd-mhad-2s-agcn-joint"),
    steps: text("24"),
    rounds: text("3"),
    dist: text(join(root, "dist")),
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
if (!["cpu", "webgpu"].includes(options.device)) fail("--device: cpu or webgpu");
const whole = (name, least) => {
  const value = Number(options[name]);
  if (!Number.isInteger(value) || value < least) fail(`--${name}: a whole number from ${least} on`);
  return value;
};
const [steps, rounds] = [whole("steps", 3), whole("rounds", 1)];
const folders = options.dist.split(",").map((folder) => resolve(folder));
for (const folder of folders)
  if (!existsSync(join(folder, "index.html"))) fail(`There is no page in ${folder}. Run: npm run build`);

/** Of no consequence here: all files are there before the attack. */
const MBIT = 1000;
const lines = folders.map((folder) => new Line(folder, MBIT));
const addresses = await Promise.all(lines.map((line) => line.open()));
for (const model of options.models.split(",")) {
  const taken = folders.map(() => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [i, address] of addresses.entries()) taken[i].push(await step(address, model));
  for (const [i, folder] of folders.entries()) {
    const sorted = taken[i].toSorted((a, b) => a - b);
    const middle = (sorted[(rounds - 1) >> 1] + sorted[rounds >> 1]) / 2;
    const all = taken[i].map((ms) => ms.toFixed(0)).join(", ");
    console.log(`${model}, ${options.device}, ${folder}: ${middle.toFixed(0)} ms a step (median of ${all})`);
  }
}
for (const line of lines) line.close();

/** The mean of an attack's steps after the first one, in ms. */
async function step(address, model) {
  const browser = await playwright.launch(launchOptions());
  try {
    const page = await browser.newPage({ viewport: { width: 400, height: 500 } });
    page.setDefaultTimeout(1_200_000);
    await page.goto(`${address}#engine=${options.device}&model=${model}&stop=iterations&n=${steps}`);
    await page.waitForFunction((id) => {
      const session = document.querySelector("ciasa-playground")?.session;
      return session?.before && session.engine.state.status === "ready" && session.model?.id === id;
    }, model);
    return await page.evaluate(async () => {
      const element = document.querySelector("ciasa-playground");
      const { session } = element;
      session.player.pause();
      const at = [];
      element.addEventListener("ciasa-report", () => at.push(performance.now()));
      const done = new Promise((resolve) => element.addEventListener("ciasa-done", resolve, { once: true }));
      session.startAttack();
      await done;
      return (at.at(-1) - at[0]) / (at.length - 1);
    });
  } finally {
    await browser.close();
  }
}
