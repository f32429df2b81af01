// One page of the playground that does the same thing many times, and what it holds while it does.
import { readdirSync, readFileSync } from "node:fs";
import { settled } from "../settled.mjs";
import { text } from "../tools.mjs";
import { Browser } from "./browser.mjs";

/** What one change may take at most, in milliseconds, and how often the page is looked at. */
const CHANGE = { patience: 10 * 60_000, pause: 20 };
/**
 * The same of an attack. On an emulated GPU, 500 steps take over half an hour. Each look leaves something in the page,
 * which is not the page's own.
 */
const ATTACK = { patience: 60 * 60_000, pause: 2_000 };
/** Steps of one attack: between attacks the engine frees what an attack holds. */
const STEPS = 500;

/** One page in a browser of its own, on Linux. What it throws ends up in `errors`. */
export class SoakPage {
  errors = [];
  #browser;
  #session;
  #renderer = 0;
  /** Sessions of the page's workers that live, in which they collect their garbage. */
  #workers = new Set();
  /** Clips shown so far. */
  #shown = 0;

  /**
   * Opens `address` in the browser `executable` with these flags, small: drawing is not what is tested. With `frames`,
   * networks bring each clip to so many frames, in place of their own number, and steps attack the first `frames`
   * frames of the clip. `hidden`: nothing is drawn at all. Without a GPU, WebGL waits in one line with WebGPU, and
   * takes half of the time.
   */
  static async open(executable, flags, address, { frames = 0, hidden = false } = {}) {
    const soak = new SoakPage();
    soak.#browser = new Browser(executable, [...flags, "--window-size=400,500"]);
    soak.#browser.on("Runtime.exceptionThrown", ({ exceptionDetails: { text, exception } }) =>
      soak.errors.push(exception?.description ?? text),
    );
    soak.#browser.on("Target.attachedToTarget", ({ sessionId, targetInfo }) => {
      if (targetInfo.type === "worker") soak.#workers.add(sessionId);
    });
    soak.#browser.on("Target.detachedFromTarget", ({ sessionId }) => soak.#workers.delete(sessionId));
    try {
      await soak.#open(address, frames, hidden);
    } catch (error) {
      await soak.close();
      throw error;
    }
    return soak;
  }

  async #open(address, frames, hidden) {
    this.#session = await this.#browser.open(address, async (session) => {
      const attach = { autoAttach: true, waitForDebuggerOnStart: false, flatten: true };
      await this.#browser.send("Target.setAutoAttach", attach, session);
      if (frames > 0) await this.#shorten(session, frames);
    });
    await this.#until(() => {
      window.session = document.querySelector("ciasa-playground")?.session;
      return window.session !== undefined;
    });
    await this.#answered();
    const read = await this.#run(() => window.session.model.frames);
    if (frames > 0 && read !== frames) throw new Error(`the network reads ${read} frames, not ${frames}`);
    if (frames > 0) await this.#cut(frames);
    if (hidden)
      await this.#run(() => {
        document.querySelector("ciasa-playground").style.display = "none";
      });
    this.#renderer = await this.#rendererOf();
  }

  close() {
    return this.#browser.close();
  }

  /** Gives the page a list of networks that read `frames` frames. */
  async #shorten(session, frames) {
    const manifest = JSON.parse(text("dist/models/manifest.json"));
    for (const model of manifest.models) model.frames = frames;
    const body = Buffer.from(JSON.stringify(manifest)).toString("base64");
    this.#browser.on("Fetch.requestPaused", ({ requestId }) =>
      this.#browser.send("Fetch.fulfillRequest", { requestId, responseCode: 200, body }, session),
    );
    const patterns = [{ urlPattern: "*/models/manifest.json" }];
    await this.#browser.send("Fetch.enable", { patterns }, session);
  }

  /** Shows the first `frames` frames of the clip on the stage, or all if it has fewer. */
  async #cut(frames) {
    await this.#run((most) => {
      const { session } = window;
      const { clip } = session;
      const frame = clip.data.length / clip.frames;
      const count = Math.min(most, clip.frames);
      session.show({ ...clip, frames: count, data: clip.data.slice(0, count * frame) });
    }, frames);
    await this.#answered();
  }

  /** What a function gives in the page. */
  async #run(body, ...args) {
    const { result, exceptionDetails } = await this.#send("Runtime.evaluate", {
      expression: `(${body})(...${JSON.stringify(args)})`,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  #send(method, params) {
    return this.#browser.send(method, params, this.#session);
  }

  /** Waits until a function gives true in the page. */
  async #until(body, args = [], { patience, pause } = CHANGE) {
    const end = Date.now() + patience;
    while (!(await this.#run(body, ...args))) {
      if (Date.now() > end) throw new Error(`not within ${patience / 60_000} minutes: ${body}`);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  /** The clean clip's answer is on the page. */
  #answered() {
    return this.#until(
      () => window.session.engine.state.status === "ready" && window.session.before !== null,
    );
  }

  /** Takes `count` steps of the attack that the page is set to, in attacks of 500 steps at most. */
  async steps(count) {
    for (let left = count; left > 0; left -= STEPS) {
      await this.#run(
        (n) => {
          window.session.settings.set({ stop: "iterations", iterations: n });
          window.session.startAttack();
        },
        Math.min(left, STEPS),
      );
      await this.#until(() => window.session.attack && !window.session.attacking, [], ATTACK);
      const ended = await this.#run(() => window.session.attack.end);
      if (ended !== "iterations") throw new Error(`an attack ended by itself: ${ended}`);
      await this.#run(() => window.session.reset());
    }
  }

  /** Shows the next `count` clips of the gallery, one after the other, and waits for each answer. */
  async clips(count) {
    for (let i = 0; i < count; i += 1) {
      this.#shown += 1;
      await this.#run(async (place) => {
        const { session } = window;
        const fits = session.library.entries.filter(({ layout }) => layout === session.model.layout);
        await session.choose(fits[place % fits.length]);
      }, this.#shown);
      await this.#answered();
    }
  }

  /** How many networks read the clip's skeleton. */
  kinds() {
    return this.#run(() => window.session.engine.fits(window.session.clip.layout).length);
  }

  /** Loads `count` networks, in turn all that read the clip's skeleton, from the second one in each call. */
  async networks(count) {
    for (let i = 1; i <= count; i += 1) {
      const id = await this.#run((place) => {
        const { engine, clip, settings } = window.session;
        const all = engine.fits(clip.layout);
        const { id } = all[place % all.length];
        settings.set({ model: id });
        return id;
      }, i);
      await this.#until((id) => window.session.engine.state.model?.id === id, [id]);
      await this.#answered();
      // After its first answer a network rehearses an attack, which takes more memory. Calls wait for its end.
      await this.#run(() => window.session.engine.memory());
    }
  }

  /** Restarts the engine `count` times. */
  async restarts(count) {
    for (let i = 0; i < count; i += 1) {
      await this.#run(() => window.session.startEngine());
      await this.#answered();
    }
  }

  /**
   * What the page holds: `bytes` that its process has in memory, WebAssembly and workers included, after a garbage
   * collection, with all of the engine's module, used or not; `wasm` bytes of that module;
   * `buffers` and `gpu` bytes on a GPU; `workers` that live; `nodes` of documents, those that nobody shows included.
   * The browser's own measurement (`measureUserAgentSpecificMemory`) needs an answer of each worker, and helpers that
   * wait for work give none.
   */
  async held() {
    await settled(async () => {
      // The engine's worker makes so little garbage that it rarely collects it: each step leaves a message, each
      // network the weights that it has read.
      for (const worker of this.#workers)
        await this.#browser.send("HeapProfiler.collectGarbage", {}, worker).catch((error) => {
          // One that has ended since has nothing to collect.
          if (this.#workers.has(worker)) throw error;
        });
      await this.#send("HeapProfiler.collectGarbage");
      return [workersOf(this.#renderer), this.#resident()];
    });
    const { wasm, gpu, gpuAllocations } = await this.#run(() => window.session.engine.memory());
    return {
      bytes: this.#resident() + this.#untouched(wasm),
      wasm,
      gpu: gpu ?? 0,
      buffers: gpuAllocations ?? 0,
      workers: workersOf(this.#renderer),
      nodes: (await this.#send("Memory.getDOMCounters")).nodes,
    };
  }

  /** Bytes that the page's process has in memory, without files. */
  #resident() {
    const status = readFileSync(`/proc/${this.#renderer}/status`, "utf8");
    const kilobytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)[1]);
    return 1024 * (kilobytes("RssAnon") + kilobytes("RssShmem"));
  }

  /** Bytes of a module's memory of `size` bytes that the process has not used yet. */
  #untouched(size) {
    const maps = readFileSync(`/proc/${this.#renderer}/smaps`, "utf8");
    const sizes = new RegExp(`^Size:\\s+${size / 1024} kB\n(?:.*\n){2}Rss:\\s+(\\d+) kB$`, "m").exec(maps);
    if (!sizes) throw new Error(`no memory of ${size} bytes is in the page's process`);
    return size - 1024 * Number(sizes[1]);
  }

  /** The process that shows the page: the only one with workers. The browser's own windows have processes, too. */
  async #rendererOf() {
    const { processInfo } = await this.#browser.send("SystemInfo.getProcessInfo");
    const found = processInfo.find(({ type, id }) => type === "renderer" && workersOf(id) > 0);
    if (!found) throw new Error("no process of the browser runs the engine's worker");
    return found.id;
  }
}

/** Threads that run workers, in a process; none if it has ended. */
function workersOf(id) {
  try {
    const tasks = `/proc/${id}/task`;
    const names = readdirSync(tasks).map((task) => readFileSync(`${tasks}/${task}/comm`, "utf8"));
    return names.filter((name) => name.startsWith("DedicatedWorker")).length;
  } catch {
    return 0;
  }
}
