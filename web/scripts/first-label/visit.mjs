// One visit of the page: from the navigation to the first label, with what happened on the way.
import { chromium as playwright } from "@playwright/test";
import { launchOptions } from "../browsing.mjs";
import { slowed } from "./slowed.mjs";

/** What the page has reached, in the order in which it usually does. Runs in the page. */
function watch() {
  const reached = {};
  const done = {
    "element runs": (session) => session,
    "clip is read": (session) => session.clip,
    "first picture": () =>
      document
        .querySelector("ciasa-playground")
        .shadowRoot?.querySelector("ciasa-stage")
        ?.shadowRoot?.querySelector("canvas.painted"),
    "engine module runs": (session) => session.engine.state.module,
    "helper threads run": (session) => session.engine.state.threads,
    "device is chosen": (session) => session.engine.state.backend,
    "network is loaded": (session) => session.engine.state.model,
    "first label": (session) => session.before,
  };
  const look = () => {
    const session = document.querySelector("ciasa-playground")?.session;
    for (const [name, is] of Object.entries(done)) {
      if (session && !reached[name] && is(session)) reached[name] = Date.now();
    }
    if (reached["first label"]) window.labelSeen(reached);
    else setTimeout(look, 5);
  };
  look();
}

/** Waits until a browser that has just started, and draws its own window, computes nothing more. */
async function rested(look) {
  const sum = ({ page, gpu }) => page + gpu;
  let before = await look();
  for (let i = 0; i < 40; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    const now = await look();
    if (sum(now) - sum(before) < 0.005) return now;
    before = now;
  }
  throw new Error("the browser does not come to rest before its first page");
}

/** Chromium's own throttling: the page's main thread is `times` slower, its workers and other processes are not. */
async function mainThreadSlowed(page, times) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: times });
  return () => {};
}

/**
 * Visits `address` in a new browser at rest, of which all, or the page's "main" thread, is `slowdown` times slower.
 * Gives the milestones in seconds from the navigation on, the time of its start (ms since 1970), and the seconds that
 * the page's process and the GPU's computed. The clock is the computer's, which runs on while the browser is stopped.
 */
export async function visit(address, slowdown, slow) {
  const browser = await playwright.launch(launchOptions());
  try {
    const page = await browser.newPage();
    const seen = new Promise((done) => page.exposeFunction("labelSeen", done));
    await page.addInitScript(watch);
    const cdp = await browser.newBrowserCDPSession();
    let processes = [];
    const look = async () => {
      const { processInfo } = await cdp.send("SystemInfo.getProcessInfo");
      processes = processInfo.filter(({ type }) => type === "renderer" || type === "GPU");
      const of = (kind) => processes.filter(({ type }) => type === kind);
      const sum = (all) => all.reduce((seconds, { cpuTime }) => seconds + cpuTime, 0);
      return { page: sum(of("renderer")), gpu: sum(of("GPU")) };
    };
    const before = await rested(look);
    // A navigation may begin another process.
    const again = setInterval(() => look().catch(() => {}), 100);
    const release =
      slow === "main"
        ? await mainThreadSlowed(page, slowdown)
        : slowed(() => processes.map(({ id }) => id), slowdown);
    try {
      const start = Date.now();
      await page.goto(address, { waitUntil: "commit" });
      const reached = await seen;
      const seconds = Object.entries(reached).map(([name, at]) => [name, (at - start) / 1000]);
      const after = await look();
      const computed = { page: after.page - before.page, gpu: after.gpu - before.gpu };
      return { start, reached: Object.fromEntries(seconds), computed };
    } finally {
      clearInterval(again);
      release();
    }
  } finally {
    await browser.close();
  }
}
