// The page in Firefox, with the same numbers as in Chromium. Skipped, with a reason, where one of them is not there.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { after, afterEach, before, test } from "node:test";
import { chromium as playwright } from "@playwright/test";
import { chromium, chromiumSettings, firefox, root } from "../../web/scripts/tools.mjs";
import { Firefox } from "./bidi.mjs";

const PORT = 8489;
const address = (settings) => `http://localhost:${PORT}/#engine=cpu&${settings}`;
const attackSettings = "clip=synthetic-wave-1&stop=iterations&n=3&eps=0.07&seed=3";
const skip = firefox()
  ? false
  : "Firefox is not installed. On Debian: apt-get install firefox-esr xvfb; or set FIREFOX.";

let server;
let browser;

before(async () => {
  if (skip) return;
  server = spawn(process.execPath, ["web/scripts/serve.mjs", String(PORT)], { cwd: root });
  await new Promise((resolve, reject) => {
    server.stdout.once("data", resolve);
    server.once("exit", () => reject(new Error(`no server at port ${PORT}; is dist/ built?`)));
  });
  browser = await Firefox.start({ "dom.webgpu.enabled": false });
  await browser.size(1440, 900);
});
afterEach(() => {
  if (browser) browser.errors.length = 0;
});
after(async () => {
  await browser?.close();
  server?.kill();
});

/** The attack that every platform runs, and the native library's numbers (docs/DETERMINISM.md). */
const law = JSON.parse(readFileSync(new URL("../fixtures/determinism.json", import.meta.url), "utf8"));

/** Has the network answered? */
const recognised = () => {
  const { session } = document.querySelector("ciasa-playground");
  return Boolean(session?.before && session.model);
};

/** Runs the attack; gives the verdicts and the last report. Works in both browsers. */
const attacked = async () => {
  const { session } = document.querySelector("ciasa-playground");
  const ended = new Promise((resolve) => session.addEventListener("done", resolve, { once: true }));
  session.startAttack();
  await ended;
  const { attack, model } = session;
  return {
    device: session.engine.state.backend.name,
    data: [...attack.data],
    // Equal bits are an equal text.
    all: JSON.stringify([attack.reports, [...attack.data], [...attack.probabilities]]),
    clean: model.classes[session.before.top[0].index],
    now: model.classes[attack.after[0].index],
    p: [session.before.top[0].p, attack.after[0].p],
    losses: attack.last.losses,
    linf: attack.last.figures.linf,
    mean: attack.last.figures.meanDisplacement,
  };
};

async function picture(name) {
  mkdirSync("test-results", { recursive: true });
  writeFileSync(`test-results/${name}.png`, await browser.picture());
}

test("the page loads, draws and recognises without an error", { skip }, async () => {
  await browser.open(address(attackSettings));
  await browser.until(recognised);
  assert.deepEqual(browser.errors, []);
  const shown = await browser.run(() => {
    const { shadowRoot } = document.querySelector("ciasa-playground");
    const stage = shadowRoot.querySelector("ciasa-stage").shadowRoot;
    return {
      painted: stage.querySelector("canvas.painted") !== null,
      trouble: stage.querySelector(".trouble")?.textContent ?? null,
      badge: shadowRoot
        .querySelector("ciasa-engine-badge")
        .shadowRoot.querySelector("summary")
        .textContent.trim(),
      isolated: crossOriginIsolated,
    };
  });
  await picture("firefox-page");
  if (browser.draws) assert.ok(shown.painted, `the stage is not drawn: ${shown.trouble}`);
  else assert.match(shown.trouble, /The 3-D view is not available/);
  assert.match(shown.badge, /^CPU/);
  assert.equal(shown.isolated, true);
});

const noChromium =
  skip || (chromium() ? false : "Chromium is not installed: there is nothing to compare with.");
test("an attack on the CPU gives the bits that Chromium gives", { skip: noChromium }, async (t) => {
  // The same address again would not load the page again.
  await browser.open("about:blank");
  await browser.open(address(law.settings));
  await browser.until(recognised);
  const here = await browser.run(attacked);
  const flags = chromiumSettings().flags.filter((flag) => !flag.startsWith("--headless"));
  const other = await playwright.launch({ executablePath: chromium(), args: flags });
  try {
    const page = await other.newPage();
    await page.goto(address(law.settings));
    await page.waitForFunction(recognised, null, { timeout: 240_000 });
    const there = await page.evaluate(attacked);
    assert.notEqual(here.clean, here.now);
    // The names say whether products multiply and add in one instruction, which one of the browsers may not have.
    assert.equal(here.device, there.device);
    assert.equal(here.all, there.all);
  } finally {
    await other.close();
  }
  const sampled = here.data.filter((_, i) => i % law.every === 0);
  const apart = Math.max(...sampled.map((value, i) => Math.abs(value - law.sampled[i])));
  t.diagnostic(`coordinates: at most ${apart.toExponential(1)} apart from the native library's`);
  assert.ok(apart <= law.tolerance.coordinate, `${apart}`);
  await picture("firefox-attack");
});

test("the browser ends the engine's worker in an attack: the page keeps what is reached, and goes on", {
  skip,
}, async () => {
  await browser.open("about:blank");
  await browser.open(address(law.settings));
  await browser.until(recognised);
  const left = await browser.run(async () => {
    const { session } = document.querySelector("ciasa-playground");
    const made = [];
    const Real = window.Worker;
    window.Worker = class extends Real {
      constructor(...all) {
        super(...all);
        made.push(this);
      }
    };
    const changed = (done) =>
      new Promise((resolve) => {
        const look = () => {
          if (!done()) return;
          session.removeEventListener("change", look);
          resolve();
        };
        session.addEventListener("change", look);
        look();
      });
    session.startEngine();
    await changed(() => session.model !== null && session.before !== null);
    const clip = [...session.clip.data];
    const settings = JSON.stringify(session.state);
    const ended = new Promise((resolve) => session.addEventListener("done", resolve, { once: true }));
    const third = new Promise((resolve) =>
      session.addEventListener("report", ({ detail }) => detail.iteration >= 3 && resolve()),
    );
    session.startAttack();
    await third;
    made.at(-1).terminate();
    await ended;
    const { notice, attack } = session;
    const left = {
      end: attack.end,
      detail: notice?.detail,
      moved: attack.data.some((value, i) => value !== clip[i]),
      clip: session.clip.data.every((value, i) => value === clip[i]),
      settings: JSON.stringify(session.state) === settings,
    };
    notice.actions[0].run();
    await changed(() => session.model !== null);
    return left;
  });
  assert.match(left.detail, /ended the engine's worker/);
  assert.deepEqual([left.end, left.moved, left.clip, left.settings], ["error", true, true, true]);
  assert.notEqual((await browser.run(attacked)).clean, undefined);
});

test("with WebGPU switched on, automatic choice ends on a device that works", { skip }, async (t) => {
  const gpu = await Firefox.start({ "dom.webgpu.enabled": true, "gfx.webgpu.ignore-blocklist": true });
  try {
    await gpu.open(`http://localhost:${PORT}/#${attackSettings}`);
    await gpu.until(recognised);
    const backend = await gpu.run(
      () => document.querySelector("ciasa-playground").session.engine.state.backend,
    );
    t.diagnostic(`${backend.kind}: ${backend.reason}`);
    assert.ok(["cpu", "webgpu"].includes(backend.kind));
    assert.ok(backend.reason.length > 10, "the page says why it computes there");
    const { clean, now } = await gpu.run(attacked);
    assert.notEqual(clean, now);
  } finally {
    await gpu.close();
  }
});

test("the button that runs the attack is reached by keyboard", { skip }, async () => {
  await browser.open("about:blank");
  await browser.open(address(attackSettings));
  await browser.until(recognised);
  // Its many clips come first in the order of focus.
  await browser.run(() => {
    document.querySelector("ciasa-playground").hide = "gallery";
  });
  const focused = () => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    // In Firefox, areas that scroll take the focus as well: only a button counts.
    return at?.localName === "button" ? (at.getAttribute("aria-label") ?? at.textContent.trim()) : "";
  };
  let name = "";
  for (let i = 0; i < 300 && name !== "Run attack"; i += 1) {
    await browser.press("\uE004");
    name = await browser.run(focused);
  }
  // Keys press no button here: the window of a driven Firefox does not have the focus.
  assert.equal(name, "Run attack");
  assert.deepEqual(browser.errors, []);
});

test("a result is saved and opened again, and a video is recorded or refused with a reason", {
  skip,
}, async () => {
  await browser.open("about:blank");
  await browser.open(address(`${attackSettings}&speed=2`));
  await browser.until(recognised);
  await browser.run(attacked);
  const saved = await browser.run(async () => {
    const { session, shadowRoot } = document.querySelector("ciasa-playground");
    const part = shadowRoot.querySelector("ciasa-exports").shadowRoot.querySelector("ciasa-save");
    // The files that the page offers.
    const files = [];
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
      files.push(blob);
      return make.call(URL, blob);
    };
    const buttons = () => [...part.shadowRoot.querySelectorAll("button")];
    const press = (words) =>
      buttons()
        .find((button) => button.textContent.trim() === words)
        ?.click();
    const wait = async (done) => {
      while (!done()) await new Promise((resolve) => setTimeout(resolve, 100));
    };
    press("Save");
    await part.updateComplete;
    press("Everything, ZIP");
    await wait(() => files.length === 1);
    const [zip] = files;
    press("Video of the view");
    await wait(() => files.length === 2 || session.notice);
    const video = files[1];
    const before = [...session.attack.data];
    await session.addFiles([new File([zip], "a.zip")]);
    return {
      zip: zip.size,
      video: video?.size ?? 0,
      type: video?.type,
      notice: session.notice?.detail ?? null,
      same: session.attack !== null && before.every((value, i) => value === session.attack.data[i]),
    };
  });
  assert.ok(saved.zip > 50_000);
  assert.ok(saved.same, "the opened result is the saved one");
  assert.ok(saved.video > 5_000 || saved.notice, "no video, and no reason");
});
