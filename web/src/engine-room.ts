import type { Clip, LayoutId } from "./clip.ts";
import { Engine } from "./engine/client.ts";
import type { AttackConfig, EngineState, ModelInfo, Recognition } from "./engine/protocol.ts";
import { Failure } from "./failure.ts";
import { Run } from "./run.ts";
import type { State } from "./state.ts";

/**
 * The engine as the page uses it: started after the first picture, with the recogniser that fits the clip. Says
 * "change" on progress, "ready" when a started engine takes questions, and "failed" when it stopped.
 */
export class EngineRoom extends EventTarget {
  #engine: Engine | null = null;
  #loading: Promise<void> | null = null;
  #failed = false;
  /** Recognisers that can be chosen; empty until the manifest is read. */
  models: ModelInfo[] = [];

  get state(): EngineState {
    return this.#engine?.state ?? nothing;
  }

  /** Has the page asked for the engine (and not called that off)? */
  get wanted(): boolean {
    return this.#engine !== null;
  }

  /** Starts the engine, or starts it again on another device (then with the recogniser that it had). */
  async start(choice: State["engine"]): Promise<void> {
    const engine = this.#engine ?? this.#create();
    this.#failed = false;
    this.#loading = null;
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
    this.#loading = null;
    engine?.dispose();
    this.dispatchEvent(new Event("change"));
  }

  /**
   * Sees to it that the recogniser of that id, or else the first that reads the layout, is loaded; its download goes
   * on beside the engine's own. Does nothing where the engine is not wanted or no recogniser fits.
   */
  async prepareFor(layout: LayoutId, id: string): Promise<void> {
    const engine = this.#engine;
    if (!engine || engine.state.status === "failed") return;
    this.models = await engine.models();
    await this.#loading;
    const fits = this.models.filter((model) => model.layout === layout);
    const row = fits.find((model) => model.id === id) ?? fits[0];
    if (!row || row.id === engine.state.model?.id || engine !== this.#engine) return;
    const loading = engine.loadModel(row.id);
    // Whoever comes next waits for this one, but its error belongs to whoever asked.
    this.#loading = loading.then(
      () => {},
      () => {},
    );
    await loading;
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

  /** Destroys the GPU device on purpose, for tests; false where the CPU computes. */
  async loseDevice(): Promise<boolean> {
    return (await this.#engine?.loseDevice()) ?? false;
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

const nothing: EngineState = {
  status: "idle",
  loadedBytes: 0,
  totalBytes: 0,
  backend: null,
  model: null,
  error: null,
};
