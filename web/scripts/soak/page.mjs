// One page of the playground that does the same thing many times, and what it holds while it does.
import { readdirSync, readFileSync } from "node:fs";

/** What one change may take at most, in milliseconds. */
const PATIENCE = 10 * 60_000;
/** Steps of one attack: between attacks the engine frees what an attack holds. */
const STEPS = 500;

/**
 * Needs a page in an isolated Chromium with the flags of `flags`. Its `pageerror`s end up in `errors`.
 */
export class SoakPage {
  /** Chromium measures memory at once, not at its next garbage collection. */
  static flags = ["--enable-blink-features=ForceEagerMeasureMemory"];
  errors = [];
  #page;
  #renderer = 0;

  static async open(page, address) {
    const soak = new SoakPage();
    soak.#page = page;
    page.setDefaultTimeout(PATIENCE);
    page.on("pageerror", (error) => soak.errors.push(error.message));
    await page.goto(address);
    await page.waitForFunction(() => {
      window.session = document.querySelector("ciasa-playground")?.session;
      return window.session !== undefined;
    });
    await soak.#answered();
    soak.#renderer = await rendererOf(page);
    return soak;
  }

  /** The clean clip's answer is on the page. */
  #answered() {
    return this.#page.waitForFunction(
      () => window.session.engine.state.status === "ready" && window.session.before !== null,
      null,
      { polling: 20 },
    );
  }

  /** Takes `count` steps of the attack that the page is set to, in attacks of 500 steps at most. */
  async steps(count) {
    for (let left = count; left > 0; left -= STEPS) {
      await this.#page.evaluate(
        (n) => {
          window.session.settings.set({ stop: "iterations", n });
          window.session.startAttack();
        },
        Math.min(left, STEPS),
      );
      await this.#page.waitForFunction(() => window.session.attack && !window.session.attacking, null, {
        polling: 100,
      });
      const ended = await this.#page.evaluate(() => window.session.attack.end);
      if (ended !== "iterations") throw new Error(`an attack ended by itself: ${ended}`);
      await this.#page.evaluate(() => window.session.reset());
    }
  }

  /** Shows `count` clips of the gallery, one after the other, and waits for each answer. */
  async clips(count) {
    for (let i = 0; i < count; i += 1) {
      await this.#page.evaluate(async (place) => {
        const { session } = window;
        const fits = session.library.entries.filter(({ layout }) => layout === session.model.layout);
        await session.choose(fits[place % fits.length]);
      }, i + 1);
      await this.#answered();
    }
  }

  /** Loads `count` networks, in turn those that read the clip's skeleton. */
  async networks(count) {
    for (let i = 0; i < count; i += 1) {
      const id = await this.#page.evaluate((place) => {
        const { engine, clip, settings, model } = window.session;
        const others = engine.fits(clip.layout).filter(({ id }) => id !== model.id);
        const { id } = others[place % others.length];
        settings.set({ model: id });
        return id;
      }, i);
      await this.#page.waitForFunction((id) => window.session.engine.state.model?.id === id, id, {
        polling: 20,
      });
      await this.#answered();
    }
  }

  /** Restarts the engine `count` times. */
  async restarts(count) {
    for (let i = 0; i < count; i += 1) {
      await this.#page.evaluate(() => window.session.startEngine());
      await this.#answered();
    }
  }

  /**
   * What the page holds: `bytes` of the page and its workers, WebAssembly included, after a garbage collection;
   * `wasm` bytes of the engine's module; `buffers` and `gpu` bytes on a GPU; `workers` of all kinds that live.
   */
  async held() {
    const measured = await this.#page.evaluate(async () => {
      const { wasm, gpu, gpuAllocations } = await window.session.engine.memory();
      const { bytes } = await performance.measureUserAgentSpecificMemory();
      return { bytes, wasm, gpu: gpu ?? 0, buffers: gpuAllocations ?? 0 };
    });
    return { ...measured, workers: this.#workers() };
  }

  /** Threads that run workers, in the process of the page. */
  #workers() {
    const tasks = `/proc/${this.#renderer}/task`;
    const names = readdirSync(tasks).map((task) => readFileSync(`${tasks}/${task}/comm`, "utf8"));
    return names.filter((name) => name.startsWith("DedicatedWorker")).length;
  }
}

/** The process that shows the page: the one that computes while the page computes. */
async function rendererOf(page) {
  const browser = await page.context().browser().newBrowserCDPSession();
  const times = async () => {
    const { processInfo } = await browser.send("SystemInfo.getProcessInfo");
    return processInfo.filter(({ type }) => type === "renderer");
  };
  const before = new Map((await times()).map(({ id, cpuTime }) => [id, cpuTime]));
  await page.evaluate(() => {
    const end = performance.now() + 500;
    while (performance.now() < end);
  });
  const grown = (await times()).map(({ id, cpuTime }) => ({ id, by: cpuTime - (before.get(id) ?? 0) }));
  await browser.detach();
  return grown.sort((a, b) => b.by - a.by)[0].id;
}
