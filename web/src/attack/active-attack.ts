import type { Clip } from "../base/clip.ts";
import { asFailure, type Failure } from "../base/failure.ts";
import type { AttackConfig, Recognition, StepReport } from "../core/types.ts";
import { AttackHandle } from "../engine/attack-handle.ts";
import type { AttackRequest } from "../engine/client.ts";
import type { AttackEnd, AttackEvent } from "../engine/messages.ts";

export type AttackStatus = "running" | "paused" | "ended";

/** The part of the engine that starts an attack. */
interface Attacker {
  attack(request: AttackRequest): AttackHandle;
}

/**
 * The attack on the page's clip, with all its reports: what the components draw. It owns the `AttackHandle` by which
 * the engine is controlled. Fires "change"; the event's detail says what changed.
 */
export class ActiveAttack extends EventTarget {
  status: AttackStatus = "running";
  readonly reports: StepReport[] = [];
  /** The latest perturbed clip, (T, M, V, C). */
  data: Float32Array | null = null;
  /** What the recogniser sees in it. */
  after: Recognition["top"] | null = null;
  /** Of the final clip, once the attack has ended, (classes). */
  probabilities: Float32Array | null = null;
  end: AttackEnd["reason"] | null = null;
  failure: Failure | null = null;
  /** Of a failed attack: the updates that led to its best iterate, which is kept; null: the last one is. */
  kept: number | null = null;
  readonly #handle: AttackHandle;
  #config: AttackConfig;

  constructor(
    engine: Attacker,
    readonly clip: Clip,
    config: AttackConfig,
    /** Class names of the attacked recogniser. */
    readonly classes: string[],
  ) {
    super();
    this.#config = config;
    this.#handle = engine.attack({ clip, config, listener: (event) => this.#receive(event) });
    this.#handle.done.then((end) => this.#finish(end));
  }

  /** An attack that is over, from a result file: it needs no engine. */
  static over(
    clip: Clip,
    config: AttackConfig,
    classes: string[],
    reports: StepReport[],
    end: AttackEnd,
  ): ActiveAttack {
    const attack = new ActiveAttack(
      { attack: () => new AttackHandle(end.data, () => {}) },
      clip,
      config,
      classes,
    );
    attack.reports.push(...reports);
    attack.#finish(end);
    return attack;
  }

  get config(): AttackConfig {
    return this.#config;
  }

  get last(): StepReport | null {
    return this.reports.at(-1) ?? null;
  }

  /** Is the recogniser's class for the latest clip another than for the clean clip? */
  get fooled(): boolean {
    const [first] = this.after ?? [];
    return first !== undefined && this.last !== null && first.index !== this.last.original;
  }

  pause(): void {
    this.#handle.pause();
  }

  resume(): void {
    this.#handle.resume();
  }

  /** Takes one step, then pauses. */
  step(): void {
    this.#handle.step();
  }

  cancel(): void {
    this.#handle.cancel();
  }

  /** Changes settings from the next step on. */
  configure(patch: Partial<AttackConfig>): void {
    this.#config = { ...this.#config, ...patch };
    this.#handle.configure(patch);
  }

  #receive(event: AttackEvent): void {
    if (event.type === "report") {
      this.reports.push(event.report);
      this.after = event.report.top;
      if (event.data) this.data = event.data;
    } else if (event.type === "error") {
      this.failure = asFailure(event.error);
    } else if (this.status !== "ended") {
      this.status = event.type === "paused" ? "paused" : "running";
    }
    this.#changed(event.type);
  }

  #finish(end: AttackEnd): void {
    this.status = "ended";
    this.end = end.reason;
    if (end.reason !== "error") {
      this.data = end.data;
      this.after = end.recognition.top;
      this.probabilities = end.recognition.probabilities;
    } else if (end.updates !== undefined) {
      this.#keepBest(end.updates, end.data);
    } else if (end.report) {
      this.data = end.data;
    }
    // Reports come without a clip, too: the figures that stay are those of the clip that is left.
    if (this.kept === null && end.report) this.#figuresOf(end.report);
    this.#changed("end");
  }

  /** The attack failed, and its best iterate is left: a report describes the clip before its update. */
  #keepBest(updates: number, data: Float32Array): void {
    const [made, seen] = [updates, updates + 1].map((n) => this.reports.find((one) => one.iteration === n));
    if (!made || !seen) return;
    this.kept = updates;
    this.data = data;
    this.after = seen.top;
    this.#figuresOf(made);
  }

  /** As after a whole attack, the last report's figures are those of the clip that is left. */
  #figuresOf({ iteration, figures }: StepReport): void {
    const { last } = this;
    if (last && last.iteration !== iteration) this.reports[this.reports.length - 1] = { ...last, figures };
  }

  #changed(what: AttackEvent["type"] | "end"): void {
    this.dispatchEvent(new CustomEvent("change", { detail: what }));
  }
}
