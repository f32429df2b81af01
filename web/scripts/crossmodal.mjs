// From skeleton to film to skeleton, over many clips: the experiment of the paper's section V-D2, in Chromium. Prints a
// table, writes rows as CSV. What is computed is kept beside the rows, so a run that was stopped continues.
// The options: `npm run crossmodal -- --help`. Needs dist/ (npm run build).
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { chromium as playwright } from "@playwright/test";
import { Page } from "./crossmodal/page.mjs";
import { Store } from "./crossmodal/store.mjs";
import { csv, sumOf, table } from "./crossmodal/table.mjs";
import { chromium, chromiumSettings, fail, root } from "./tools.mjs";

const HELP = `npm run crossmodal -- [options]
  --clips N          clips of the gallery, at most one of each class before any class has a second (27)
  --data FILE        a clip instead of the gallery's, as often as needed; its label has to be a class of the network.
                     ciasa clips FILE exports clips of a data set
  --cameras LIST     camera angles from the front in degrees, positive towards the person's left (0,30,60)
  --every N          takes a picture of each N-th frame; between them, joints move in straight lines (2)
  --settings TEXT    the attack, as in a link of the playground (mode=advanced&region=arms&target=untargeted)
  --seed N           the first person; each clip has another (1)
  --out FILE         the rows (crossmodal.csv); what is computed is kept in FILE.jsonl
  --figures N        writes six rows as a picture, as the paper's figure 5, of the first N clips and the first camera:
                     FILE-CLIP.png (0)
  --port N           port of the page (8487)
  --browser-flag F   one more flag for Chromium, as often as needed (a GPU: --use-angle=vulkan)`;

const text = (fallback) => ({ type: "string", default: fallback });
const { values: options } = parseArgs({
  options: {
    clips: text("27"),
    data: { type: "string", multiple: true, default: [] },
    cameras: text("0,30,60"),
    every: text("2"),
    settings: text("mode=advanced&region=arms&target=untargeted"),
    seed: text("1"),
    out: text("crossmodal.csv"),
    figures: text("0"),
    port: text("8487"),
    "browser-flag": { type: "string", multiple: true, default: [] },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
if (!existsSync(join(root, "dist/index.html"))) fail("There is no dist/. Run: npm run build");

const plan = {
  clips: whole("clips", 1),
  cameras: options.cameras.split(",").map((word) => number("cameras", word, -180, 180)),
  every: whole("every", 1),
  seed: whole("seed", 0),
  figures: whole("figures", 0),
  settings: options.settings,
  files: options.data.map((path) => {
    if (!existsSync(path)) fail(`--data: there is no file ${path}`);
    return { name: basename(path), text: readFileSync(path, "utf8") };
  }),
};

const store = new Store(`${options.out}.jsonl`, {
  settings: plan.settings,
  every: plan.every,
  seed: plan.seed,
});
const server = spawn(process.execPath, [join(root, "web/scripts/serve.mjs"), options.port], {
  stdio: ["ignore", "pipe", "inherit"],
});
await new Promise((resolve, reject) => {
  server.stdout.once("data", resolve);
  server.once("exit", () => reject(new Error("the page could not be served; see above")));
}).catch((error) => fail(error.message));
const { flags } = chromiumSettings();
const browser = await playwright.launch({
  executablePath: chromium() ?? undefined,
  args: [
    ...flags.filter((flag) => !flag.startsWith("--headless")),
    "--enable-unsafe-swiftshader",
    ...options["browser-flag"],
  ],
});
try {
  const page = await Page.open(browser, `http://localhost:${options.port}/#engine=cpu&${plan.settings}`);
  const clips = await page.clips(plan.clips, plan.files);
  await film(page, clips);
  await answers(page, clips);
  const rows = clips.flatMap(({ id }) => plan.cameras.map((yaw) => store.row(id, yaw)));
  csv(options.out, rows);
  for (const clip of clips.slice(0, plan.figures)) await figure(page, clips, clip, plan.cameras[0]);
  console.log(`\n${await table(rows)}\n${options.out}: ${rows.length} rows`);
} finally {
  await browser.close();
  server.kill();
}

/** Attacks each clip once, and films it with each camera. */
async function film(page, clips) {
  const tasks = clips.flatMap((clip, i) => plan.cameras.map((yaw) => ({ clip, yaw, seed: plan.seed + i })));
  const open = tasks.filter(({ clip, yaw }) => !store.film(clip.id, yaw));
  const begin = Date.now();
  for (const [done, { clip, yaw, seed }] of open.entries()) {
    let attack = store.attack(clip.id);
    await page.show(clip);
    if (!attack) {
      attack = await page.attack();
      store.add({ kind: "attack", id: clip.id, label: clip.label, ...attack });
    }
    const recovery = await page.recover(attack.data, { seed, yaw }, plan.every);
    store.add({ kind: "film", id: clip.id, yaw, seed, ...recovery });
    const left = ((Date.now() - begin) / (done + 1)) * (open.length - done - 1);
    console.log(
      `${done + 1} of ${open.length}: ${clip.id}, ${yaw} degrees, ${recovery.errorClean.toFixed(1)} cm; ` +
        `about ${Math.ceil(left / 60_000)} minutes left`,
    );
  }
}

/** Sums over the other clips of a camera, for the fit of the constant offsets; a lone clip has only its own. */
function momentsFor(clips, clip, yaw) {
  const others = clips.filter(({ id }) => id !== clip.id || clips.length === 1);
  return sumOf(others.map(({ id }) => store.film(id, yaw).moments));
}

/** Asks the network. */
async function answers(page, clips) {
  for (const yaw of plan.cameras) {
    for (const clip of clips) {
      const { clean, perturbed, seed } = store.film(clip.id, yaw);
      await page.show(clip);
      const moments = momentsFor(clips, clip, yaw);
      store.answer(clip.id, yaw, await page.answers([clean, perturbed], { seed, yaw }, moments));
    }
  }
}

/** Writes the six rows of a clip. */
async function figure(page, clips, clip, yaw) {
  const { clean, perturbed, seed } = store.film(clip.id, yaw);
  const moments = momentsFor(clips, clip, yaw);
  await page.show(clip);
  const bytes = await page.figure(store.attack(clip.id).data, { clean, perturbed, moments }, { seed, yaw });
  const path = `${options.out.replace(/\.csv$/, "")}-${clip.id}.png`;
  writeFileSync(path, bytes);
  console.log(path);
}

function number(name, word, low, high) {
  const value = Number(word);
  if (word.trim() === "" || !(value >= low && value <= high))
    fail(`--${name}: ${word} is not a number from ${low} to ${high}`);
  return value;
}

function whole(name, low) {
  const value = number(name, options[name], low, 1e6);
  if (!Number.isInteger(value)) fail(`--${name}: ${options[name]} is not a whole number`);
  return value;
}
