import type { Clip } from "../base/clip.ts";
import { asFailure, type Failure } from "../base/failure.ts";
import type { AttackConfig, Recognition, SearchStep, Trial } from "../core/types.ts";

/** The part of the engine that searches. */
interface Searcher {
  beginSearch(clip: Clip, config: AttackConfig): Promise<void>;
  stepSearch(): Promise<SearchStep>;
  searchFound(): Promise<Float32Array>;
  endSearch(): Promise<void>;
  recognise(clip: Clip): Promise<Recognition>;
}

/** The smallest epsilon that has reached the goal so far. */
export interface Found {
  epsilon: number;
  /** The perturbed clip, (T, M, V, C). */
  data: Float32Array;
  /** What the recogniser sees in it. */
  after: Recognition["top"];
}

/**
 * The search for the smallest epsilon within which an attack reaches its goal. It takes its steps until it is over or
 * cancelled. Fires "change".
 */
export class ActiveSearch extends EventTarget {
  /** The latest step; null before the first. */
  step: SearchStep | null = null;
  readonly trials: Trial[] = [];
  found: Found | null = null;
  end: "found" | "nothing" | "cancelled" | "error" | null = null;
  failure: Failure | null = null;
  /** Resolves when the search is over, for whatever reason; never rejects. */
  readonly done: Promise<void>;
  readonly #engine: Searcher;
  #cancelled = false;

  constructor(
    engine: Searcher,
    readonly clip: Clip,
    readonly config: AttackConfig,
    /** Class names of the attacked recogniser. */
    readonly classes: string[],
  ) {
    super();
    this.#engine = engine;
    this.done = this.#run();
  }

  get running(): boolean {
    return this.end === null;
  }

  /** Ends the search after the step that is being computed. What it has found stays. */
  cancel(): void {
    this.#cancelled = true;
  }

  async #run(): Promise<void> {
    try {
      await this.#engine.beginSearch(this.clip, this.config);
      while (!this.#cancelled && !this.step?.done) await this.#next();
      this.end = this.#cancelled ? "cancelled" : this.found ? "found" : "nothing";
    } catch (thrown) {
      this.failure = asFailure(thrown);
      this.end = this.#cancelled ? "cancelled" : "error";
    }
    // An engine that has stopped has no search to end.
    await this.#engine.endSearch().catch(() => {});
    this.#changed();
  }

  async #next(): Promise<void> {
    const step = await this.#engine.stepSearch();
    const { trial } = step;
    if (trial) this.trials.push(trial);
    if (trial?.reached && trial.epsilon < (this.found?.epsilon ?? Number.POSITIVE_INFINITY)) {
      const data = await this.#engine.searchFound();
      const { top } = await this.#engine.recognise({ ...this.clip, data });
      this.found = { epsilon: trial.epsilon, data, after: top };
    }
    this.step = step;
    this.#changed();
  }

  #changed(): void {
    this.dispatchEvent(new Event("change"));
  }
}
