import type { ActiveAttack } from "../attack/active-attack.ts";
import type { Clip } from "../base/clip.ts";
import { asFailure } from "../base/failure.ts";
import type { CertificateOrder, CertificateStep, ModelEntry } from "../core/types.ts";
import type { EngineManager } from "../engine/manager.ts";

/** The noise of the matrix, and draws that take seconds on a CPU. */
export const ORDER: CertificateOrder = {
  deviation: 0.02,
  cutoff: 1,
  select: 16,
  draws: 200,
  alpha: 0.001,
  seed: 1,
};

/** What certificates need of the playground. */
interface CertifiedTarget {
  readonly engine: EngineManager;
  readonly clip: Clip | null;
  readonly model: ModelEntry | null;
  readonly attack: ActiveAttack | null;
  engineClaimed(cause: string): boolean;
  announce(words: string): void;
  changed(): void;
  changedSoon(): void;
}

/** A vote over noise on one clip: running or ended. */
export interface Certification {
  readonly clip: Clip;
  readonly model: ModelEntry;
  /** The attacked values whose distance is measured; null without an attack. */
  readonly attacked: Float32Array | null;
  step: CertificateStep | null;
  /** Null while it runs. */
  end: "done" | "cancelled" | "failed" | null;
  /** Why it failed. */
  failure: string | null;
}

/** The certified radius of the clip on the stage: a vote of the network over noise in the engine. */
export class Certified {
  #now: Certification | null = null;
  readonly #target: CertifiedTarget;

  constructor(target: CertifiedTarget) {
    this.#target = target;
  }

  /** The vote on this clip by this network; null if there was none. An engine that has stopped has no network. */
  get now(): Certification | null {
    const { clip, model } = this.#target;
    const same = this.#now?.clip === clip && (!model || this.#now?.model.id === model.id);
    return same ? this.#now : null;
  }

  get running(): boolean {
    return this.now?.end === null;
  }

  /** Does the measured distance belong to the attack on the stage? */
  get measuresAttack(): boolean {
    const { now } = this;
    return now?.attacked !== null && now?.attacked === this.#target.attack?.data;
  }

  cancel(): void {
    if (this.#now) this.#ended(this.#now, "cancelled");
  }

  /** Lets the network vote on the clip; what is known before goes. */
  async start(): Promise<void> {
    const target = this.#target;
    const { clip, model, engine } = target;
    if (target.engineClaimed("The Lab is using the engine. Pause it to certify here, then resume it."))
      return;
    if (!clip || !model || this.running) return;
    this.cancel();
    const attacked = target.attack?.status === "ended" ? (target.attack.data ?? null) : null;
    const vote: Certification = { clip, model, attacked, step: null, end: null, failure: null };
    this.#now = vote;
    target.announce("Certifying the clip");
    target.changed();
    try {
      await engine.beginCertificate(clip, attacked ?? new Float32Array(), ORDER);
      // Another clip or network ends the vote.
      while (this.now === vote && vote.end === null) {
        vote.step = await engine.stepCertificate();
        if (vote.step.drawn >= vote.step.of) this.#ended(vote, "done");
        target.changedSoon();
      }
      this.#ended(vote, "cancelled");
      if (this.#now === vote) await engine.endCertificate();
    } catch (thrown) {
      vote.failure = asFailure(thrown).message;
      this.#ended(vote, "failed");
    }
  }

  #ended(vote: Certification, end: "done" | "cancelled" | "failed"): void {
    if (vote.end !== null) return;
    vote.end = end;
    if (this.#now !== vote) return;
    const words = { done: "Certified", cancelled: "Certifying was cancelled", failed: "Certifying failed" };
    const abstains = end === "done" && !vote.step?.certificate;
    this.#target.announce(abstains ? "The vote is too close to certify" : words[end]);
    this.#target.changed();
  }
}
