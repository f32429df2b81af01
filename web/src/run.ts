import type { Clip } from "./clip.ts";
import type { Attack, Engine } from "./engine/client.ts";
import type { AttackConfig, AttackEnd, Recognition, StepReport } from "./engine/protocol.ts";
import { asFailure, type Failure } from "./failure.ts";

export type RunStatus = "running" | "paused" | "ended";

/** One attack on one clip, with everything that it has told so far. Says "change". */
export class Run extends EventTarget {
  status: RunStatus = "running";
  readonly reports: StepReport[] = [];
  /** The latest perturbed clip, (T, M, V, C). */
  data: Float32Array | null = null;
  /** What the recogniser sees in it. */
  after: Recognition["top"] | null = null;
  /** Of the last clip, once the attack has ended, (classes). */
  probabilities: Float32Array | null = null;
  end: AttackEnd["reason"] | null = null;
  failure: Failure | null = null;
  readonly #attack: Attack;
  #config: AttackConfig;

  constructor(
    engine: Engine,
    readonly clip: Clip,
    config: AttackConfig,
    /** Class names of the recogniser under attack. */
    readonly classes: string[],
  ) {
    super();
    this.#config = config;
    this.#attack = engine.attack(clip, config, (event) => {
      if (event.type === "report") {
        this.reports.push(event.report);
        this.after = event.report.top;
        if (event.data) this.data = event.data;
      } else if (event.type === "error") {
        this.failure = asFailure(event.error);
      } else if (this.status !== "ended") {
        this.status = event.type === "paused" ? "paused" : "running";
      }
      this.#say(event.type);
    });
    this.#attack.done.then(
      (end) => this.#finish(end),
      (thrown) => {
        this.failure ??= asFailure(thrown);
        this.#finish(null);
      },
    );
  }

  get config(): AttackConfig {
    return this.#config;
  }

  get last(): StepReport | null {
    return this.reports.at(-1) ?? null;
  }

  /** Did the label flip, as the recogniser sees the latest clip? */
  get fooled(): boolean {
    const [first] = this.after ?? [];
    return first !== undefined && this.last !== null && first.index !== this.last.original;
  }

  pause(): void {
    this.#attack.pause();
  }

  resume(): void {
    this.#attack.resume();
  }

  step(): void {
    this.#attack.step();
  }

  cancel(): void {
    this.#attack.cancel();
  }

  /** Hands changed settings to the attack while it runs. */
  configure(patch: Partial<AttackConfig>): void {
    this.#config = { ...this.#config, ...patch };
    this.#attack.configure(patch);
  }

  #finish(end: AttackEnd | null): void {
    this.status = "ended";
    this.end = end?.reason ?? "error";
    if (end && end.reason !== "error") {
      this.data = end.data;
      this.after = end.recognition.top;
      this.probabilities = end.recognition.probabilities;
    }
    this.#say("end");
  }

  #say(what: "report" | "paused" | "resumed" | "error" | "end"): void {
    this.dispatchEvent(new CustomEvent("change", { detail: what }));
  }
}
