// From skeleton to film to skeleton, over many clips: the experiment of the paper's section V-D2, in Chromium. Prints a
// table, writes rows as CSV. What is computed is kept beside the rows, so a run that was stopped continues.
// The options: `npm run crossmodal -- --help`. Needs dist/ (npm run build).
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { chromium as playwright } from "@playwright/test";
import { launchOptions, serveDist } from "./browsing.mjs";
import { Channel } from "./crossmodal/channel.mjs";
import { Joints } from "./crossmodal/joints.mjs";
import { Page } from "./crossmodal/page.mjs";
import { Store } from "./crossmodal/store.mjs";
import { loadCore, report, sumOf } from "./crossmodal/table.mjs";
import { fail } from "./tools.mjs";

const HELP = `npm run crossmodal -- [options]
  --clips N          clips of the gallery, at most one of each class before any class has a second (27)
  --data FILE        a clip instead of the gallery's, as often as needed; its label has to be a class of the network.
                     ciasa clips FILE exports clips of a data set
  --cameras LIST     camera angles from the front in degrees, positive towards the person's left (0,30,60)
  --every N          takes a picture of each N-th frame; between them, joints move in straight lines (2)
  --edge N           edge of the pictures in pixels; small ones are faster (512)
  --settings TEXT    an attack, as in a link of the playground; several attacks, each by its own --settings, share the
                     clean films (mode=advanced&region=arms&target=untargeted)
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
    edge: text("512"),
    settings: {
      type: "string",
      multiple: true,
      default: ["mode=advanced&region=arms&target=untargeted"],
    },
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

const plan = {
  clips: whole("clips", 1),
  cameras: options.cameras.split(",").map((word) => number("cameras", word, -180, 180)),
  every: whole("every", 1),
  edge: whole("edge", 64),
  seed: whole("seed", 0),
  figures: whole("figures", 0),
  settings: options.settings,
  files: options.data.map((path) => {
    if (!existsSync(path)) fail(`--data: there is no file ${path}`);
    return { name: basename(path), text: readFileSync(path, "utf8") };
  }),
};

const store = new Store(`${options.out}.jsonl`, { every: plan.every, edge: plan.edge, seed: plan.seed });
const core = await loadCore().catch((error) => fail(error.message));
const server = await serveDist(options.port);
const browser = await playwright.launch(launchOptions(options["browser-flag"]));
try {
  // A page for each attack; the first one films, too.
  const pages = [];
  for (const settings of plan.settings)
    pages.push(await Page.open(browser, `http://localhost:${options.port}/#engine=cpu&${settings}`));
  const lists = [];
  for (const page of pages) lists.push(await page.clips(plan.clips, plan.files));
  const [clips] = lists;
  await film(pages, clips);
  const [joints, channel] = [new Joints(), new Channel()];
  const { csv, table } = report(core, await seen(pages[0], clips, joints, channel));
  writeFileSync(options.out, csv);
  for (const clip of clips.slice(0, plan.figures)) await figure(pages[0], clips, clip, plan.cameras[0]);
  const rows = csv.trim().split("\n").length - 1;
  console.log(
    ["", table, "", joints.text(core), channel.text(core), `${options.out}: ${rows} rows`].join("\n"),
  );
} finally {
  await browser.close();
  server.kill();
}

/** Films each clip with each camera, clean and under each attack. */
async function film(pages, clips) {
  const takes = [null, ...plan.settings];
  const tasks = clips.flatMap((clip, i) =>
    plan.cameras.flatMap((yaw) => takes.map((settings) => ({ clip, yaw, settings, seed: plan.seed + i }))),
  );
  const open = tasks.filter(({ clip, yaw, settings }) => !store.film(clip.name, yaw, settings));
  const begin = Date.now();
  for (const [done, { clip, yaw, settings, seed }] of open.entries()) {
    const data = settings === null ? null : (await attacked(pages, clip, settings)).data;
    await pages[0].show(clip);
    const shot = await pages[0].shoot(data, { seed, yaw }, plan);
    store.add({ kind: "film", id: clip.name, yaw, settings, seed, ...shot });
    const left = ((Date.now() - begin) / (done + 1)) * (open.length - done - 1);
    console.log(
      `${done + 1} of ${open.length}: ${clip.name}, ${yaw} degrees, ${settings ?? "clean"}, ` +
        `${shot.error.toFixed(1)} cm; about ${Math.ceil(left / 60_000)} minutes left`,
    );
  }
}

/** An attack on a clip, made once. */
async function attacked(pages, clip, settings) {
  const known = store.attack(clip.name, settings);
  if (known) return known;
  const page = pages[plan.settings.indexOf(settings)];
  await page.show(clip);
  const attack = await page.attack();
  store.add({ kind: "attack", id: clip.name, label: clip.label, settings, ...attack });
  return attack;
}

/** Sums over the other clips of a camera, for the fit of the constant offsets; a lone clip has only its own. */
function momentsFor(clips, clip, yaw) {
  const others = clips.filter(({ name }) => name !== clip.name || clips.length === 1);
  return sumOf(others.map(({ name }) => store.film(name, yaw, null).moments));
}

/** Asks the network what it sees of each clip under each attack: in the skeleton, and through each camera. */
async function seen(page, clips, joints, channel) {
  const all = [];
  for (const clip of clips) {
    await page.show(clip);
    for (const settings of plan.settings) {
      const {
        label,
        target,
        clean,
        attacked,
        region = "",
        config,
        last,
        first,
        seconds,
      } = store.attack(clip.name, settings);
      const views = [answer(null, clean.label, attacked)];
      for (const yaw of plan.cameras) {
        const [own, film] = [null, settings].map((take) => store.film(clip.name, yaw, take));
        const moments = momentsFor(clips, clip, yaw);
        const setting = { seed: own.seed, yaw };
        const { data } = store.attack(clip.name, settings);
        const films = [
          { values: own.values, filmed: null },
          { values: film.values, filmed: data },
        ];
        const [before, after] = await page.answers(films, setting, moments, target);
        joints.add({ settings, yaw, own, film, before, after });
        channel.add(settings, await page.channel([own.values, film.values, data], setting, moments));
        views.push(answer(yaw, before.label, after, own, film));
      }
      if (label !== clip.label)
        fail(`${clip.name} was ${label} in ${options.out}.jsonl: choose another --out`);
      const { origin } = clip;
      all.push(await page.filmed({ origin, region, config, report: last, first, seconds, views }));
    }
  }
  return all;
}

/** What the network said in one view; errors in metres. */
function answer(camera, clean, attacked, own, film) {
  return {
    camera,
    clean,
    predicted: attacked.label,
    confidence: attacked.p,
    pTarget: attacked.target,
    errorClean: own ? own.error / 100 : null,
    errorAttacked: film ? film.error / 100 : null,
    found: own ? (own.found + film.found) / (own.taken + film.taken) : null,
  };
}

/** Writes the six rows of a clip under the first attack. */
async function figure(page, clips, clip, yaw) {
  const [settings] = plan.settings;
  const [own, film] = [null, settings].map((take) => store.film(clip.name, yaw, take));
  const moments = momentsFor(clips, clip, yaw);
  await page.show(clip);
  const recovery = { clean: own.values, perturbed: film.values, moments };
  const bytes = await page.figure(store.attack(clip.name, settings).data, recovery, { seed: own.seed, yaw });
  const path = `${options.out.replace(/\.csv$/, "")}-${clip.name}.png`;
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
