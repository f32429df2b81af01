// Memory of the tab in megabytes: with the first picture, after the first label and after an attack, at the width of a
// phone. Linux only: the operating system says what the page's process holds. Each case is a new browser.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chromium as playwright } from "@playwright/test";
import { launchOptions } from "./browsing.mjs";
import { Line } from "./first-label/line.mjs";
import { settled } from "./settled.mjs";
import { fail, root } from "./tools.mjs";

const HELP = `npm run memory -- [options]
  --cases C     of cpu (the engine for the CPU), large (that with WebGPU, which then chooses), webgpu; with commas
  --steps N     of the attack (60)
  --width N     of the window, in CSS pixels (390)
  --quick       without the browser's own measure, which may wait a minute for a garbage collection
  --dist DIR    a built folder (dist)`;

const text = (fallback) => ({ type: "string", default: fallback });
const { values: options } = parseArgs({
  options: {
    cases: text("cpu,large,webgpu"),
    steps: text("60"),
    width: text("390"),
    dist: text(join(root, "dist")),
    quick: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
const dist = resolve(options.dist);
if (!existsSync(join(dist, "index.html"))) fail(`There is no page in ${dist}. Run: npm run build`);
if (!existsSync("/proc/self/smaps_rollup"))
  fail("Only Linux says what a process holds (/proc/PID/smaps_rollup).");
/** The setting of the device in each case. */
const devices = { cpu: "cpu", large: "auto", webgpu: "webgpu" };
const cases = options.cases.split(",");
for (const one of cases)
  if (!devices[one]) fail(`--cases: ${one} is not one of ${Object.keys(devices).join(", ")}`);

const line = new Line(dist, 1000);
const address = await line.open();
console.log(
  "MB of the page's process: resident, of which its own; of the GPU's process: its own; JavaScript and WebAssembly",
);
for (const one of cases) await measure(one);
line.close();

/** What a process holds, in MB: resident in all, and without what it shares with others, such as the browser's code. */
function held(id) {
  const rollup = readFileSync(`/proc/${id}/smaps_rollup`, "utf8");
  const of = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(rollup)?.[1] ?? 0) / 1000;
  return { resident: of("Rss"), own: of("Private_Clean") + of("Private_Dirty") };
}

async function measure(name) {
  const browser = await playwright.launch(launchOptions());
  try {
    const page = await browser.newPage({
      viewport: { width: Number(options.width), height: 780 },
      isMobile: true,
      hasTouch: true,
    });
    page.setDefaultTimeout(1_200_000);
    const cdp = await browser.newBrowserCDPSession();
    const collector = await page.context().newCDPSession(page);
    const print = async (what) => {
      const { processInfo } = await cdp.send("SystemInfo.getProcessInfo");
      const of = (kind) => processInfo.filter(({ type }) => type === kind).map(({ id }) => held(id));
      // The browser keeps another, empty one in store.
      const largest = () => of("renderer").sort((a, b) => b.resident - a.resident)[0];
      // Whatever can be freed soon is not what the tab needs.
      await settled(async () => {
        await collector.send("HeapProfiler.collectGarbage");
        return [largest().own];
      });
      const tab = largest();
      const [gpu] = of("GPU");
      const bytes = await page.evaluate(async (quick) => {
        const measured = quick ? null : performance.measureUserAgentSpecificMemory?.();
        return measured ? (await measured).bytes : 0;
      }, options.quick);
      const figures = [tab.resident, tab.own, gpu.own, bytes / 1e6].map((mb) => mb.toFixed(0).padStart(5));
      console.log(`${figures.join(" ")}  ${name}, ${what}`);
    };
    await page.goto(`${address}#engine=${devices[name]}&n=${options.steps}&stop=iterations`);
    const reached = (is) =>
      page.waitForFunction(`(${is})(document.querySelector("ciasa-playground").session)`, null, {
        timeout: 1_200_000,
      });
    await page.waitForFunction(() =>
      document
        .querySelector("ciasa-playground")
        ?.shadowRoot?.querySelector("ciasa-stage")
        ?.shadowRoot?.querySelector("canvas.painted"),
    );
    await reached("(session) => session.before");
    const module = await page.evaluate(
      () => document.querySelector("ciasa-playground").session.engine.state.module,
    );
    await print(`after the first label (${module.split("/").at(-1)})`);
    await page.evaluate(() => document.querySelector("ciasa-playground").session.startAttack());
    await reached('(session) => session.attack?.status === "ended"');
    await print(`after ${options.steps} steps`);
  } finally {
    await browser.close();
  }
}
