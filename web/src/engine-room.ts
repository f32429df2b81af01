import type { Clip, LayoutId } from "./clip.ts";
import { type Assault, type Attack, Engine, IDLE } from "./engine/client.ts";
import type {
  Answers,
  AttackConfig,
  EngineState,
  Identified,
  ModelInfo,
  Recognition,
  WeightBytes,
} from "./engine/protocol.ts";
import { Failure } from "./failure.ts";
import { OPENED } from "./models.ts";
import { Run } from "./run.ts";
import type { State } from "./state.ts";

/** A network on its way into the engine. */
interface Switch {
  model: ModelInfo;
  stop: AbortController;
  done: Promise<void>;
}

/** A visitor's network, kept for when it is chosen again. */
interface Opened {
  entry: ModelInfo;
  files: WeightBytes[];
  answers: Answers;
}

/**
 * The engine as the page uses it: started after the first picture, with the recogniser that fits the clip. Says
 * "change" on progress, "ready" when a started engine takes questions, and "failed" when it stopped.
 */
export class EngineRoom extends EventTarget {
  #engine: Engine | null = null;
  #switch: Switch | null = null;
  #asked = 0;
  #failed = false;
  #opened: Opened[] = [];
  #ids = 0;
  /** Recognisers that are served; empty until the manifest is read. */
  models: ModelInfo[] = [];

  /** Recognisers from the visitor's own files, the latest first. */
  get opened(): ModelInfo[] {
    return this.#opened.map((one) => one.entry);
  }

  /** The recogniser that is on its way, while there is one. */
  get loading(): ModelInfo | null {
    return this.#switch?.model ?? null;
  }

  /** All recognisers for a layout; the first is the default. */
  fits(layout: LayoutId | undefined): ModelInfo[] {
    return [...this.models, ...this.opened].filter((model) => model.layout === layout);
  }

  /** The recogniser of that id where it reads the layout, or else the first that does. */
  chosen(layout: LayoutId, id: string): ModelInfo | undefined {
    const fits = this.fits(layout);
    return fits.find((one) => one.id === id) ?? fits[0];
  }

  get state(): EngineState {
    return this.#engine?.state ?? IDLE;
  }

  /** Has the page asked for the engine (and not called that off)? */
  get wanted(): boolean {
    return this.#engine !== null;
  }

  /** Starts the engine, or starts it again on another device (then with the recogniser that it had). */
  async start(choice: State["engine"]): Promise<void> {
    const engine = this.#engine ?? this.#create();
    this.#failed = false;
    this.#callOff();
    try {
      await engine.start(choice);
      if (engine === this.#engine && engine.state.status === "ready") this.dispatchEvent(new Event("ready"));
    } catch {
      // The state carries the error; "failed" has been said.
      this.#changed(engine);
    }
  }

  /** Stops the engine and forgets it: calls off its download as well. */
  stop(): void {
    const engine = this.#engine;
    this.#engine = null;
    this.#callOff();
    engine?.dispose();
    this.dispatchEvent(new Event("change"));
  }

  /**
   * Sees to it that the `chosen` recogniser is loaded; its download goes on beside the engine's own. Whoever asks later calls off what was asked before, which then ends with an error of kind
   * "cancelled". Does nothing where the engine is not wanted or no recogniser fits.
   */
  async prepareFor(layout: LayoutId, id: string): Promise<void> {
    const engine = this.#engine;
    if (!engine || engine.state.status === "failed") return;
    this.#asked += 1;
    const mine = this.#asked;
    this.models = await engine.models();
    const model = this.chosen(layout, id);
    if (mine !== this.#asked || !model) return;
    const before = this.#switch;
    if (before?.model.id === model.id && !before.stop.signal.aborted) return before.done;
    if (before) {
      before.stop.abort();
      // What the module has begun it also ends.
      await before.done.catch(() => {});
      if (mine !== this.#asked) return;
    }
    if (engine !== this.#engine || model.id === engine.state.model?.id) return;
    const stop = new AbortController();
    const load = this.load(engine, model.id, stop.signal);
    const entered: Switch = { model, stop, done: load.then(() => {}).finally(() => this.#arrived(entered)) };
    this.#switch = entered;
    this.dispatchEvent(new Event("change"));
    await entered.done;
  }

  /** Loads a recogniser, served or opened, into an engine: the page's own or one beside it. */
  load(engine: Engine, id: string, signal?: AbortSignal): Promise<ModelInfo> {
    const own = this.#opened.find((one) => one.entry.id === id);
    return own ? engine.loadWeights(id, own.files, own.answers) : engine.loadModel(id, signal);
  }

  /** What a visitor's weight files hold. */
  inspect(files: WeightBytes[]): Promise<Identified> {
    if (!this.#engine) throw new Failure("device", "The engine is not loaded.");
    return this.#engine.inspectWeights(files);
  }

  /** Loads a visitor's weight files and keeps them among the networks that can be chosen. */
  async open(files: WeightBytes[], answers: Answers): Promise<ModelInfo> {
    const engine = this.#engine;
    if (!engine) throw new Failure("device", "The engine is not loaded.");
    this.#callOff();
    this.#ids += 1;
    const entry = await engine.loadWeights(`${OPENED}${this.#ids}`, files, answers);
    this.#opened = [{ entry, files, answers }, ...this.#opened];
    this.dispatchEvent(new Event("change"));
    return entry;
  }

  recognise(clip: Clip): Promise<Recognition> {
    if (!this.#engine) throw new Failure("device", "The engine is not loaded.");
    return this.#engine.recognise(clip);
  }

  /** Starts an attack; with `single`, it takes one step and waits. */
  attack(clip: Clip, config: AttackConfig, classes: string[], single: boolean): Run {
    if (!this.#engine) throw new Failure("device", "The engine is not loaded.");
    const run = new Run(this.#engine, clip, config, classes);
    if (single) run.step();
    return run;
  }

  /** Starts attacks that are computed together. */
  attackTogether(assaults: Assault[]): Attack[] {
    if (!this.#engine) throw new Failure("device", "The engine is not loaded.");
    return this.#engine.attackTogether(assaults);
  }

  /** Destroys the GPU device on purpose, for tests; false where the CPU computes. */
  async loseDevice(): Promise<boolean> {
    return (await this.#engine?.loseDevice()) ?? false;
  }

  /** Gives up on the recogniser that is on its way. */
  #callOff(): void {
    this.#asked += 1;
    this.#switch?.stop.abort();
    this.#switch = null;
  }

  #arrived(entered: Switch): void {
    if (this.#switch === entered) this.#switch = null;
    this.dispatchEvent(new Event("change"));
  }

  #create(): Engine {
    const engine = new Engine();
    engine.addEventListener("state", () => this.#changed(engine));
    this.#engine = engine;
    return engine;
  }

  #changed(engine: Engine): void {
    if (engine !== this.#engine) return;
    this.dispatchEvent(new Event("change"));
    const failed = engine.state.status === "failed";
    if (failed && !this.#failed) this.dispatchEvent(new Event("failed"));
    this.#failed = failed;
  }
}
