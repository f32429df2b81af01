import type { Clip } from "../clip.ts";
import type { AttackConfig, ModelInfo, Recognition } from "../engine/protocol.ts";
import type { Entry } from "../library.ts";
import type { Outcome } from "./rows.ts";

/** A clip and the attack on it. */
export interface Job {
  clip: Clip;
  config: AttackConfig;
}

/** Attacks that the Lab has under way, one or several together. */
export interface Trial {
  /** What each came to; null where they were cancelled, by whomever; rejects where they failed. */
  readonly done: Promise<Outcome[] | null>;
  pause(): void;
  resume(): void;
  cancel(): void;
}

/** What the Lab computes with. The session gives it one; tests give another. */
export interface Bench {
  /** The network that is ready to be attacked, or null. */
  readonly model: ModelInfo | null;
  /** Is a network, or the engine itself, on its way? */
  readonly loading: boolean;
  /** The device that computes, in words. */
  readonly engine: string;
  /** Does somebody else attack with it? */
  readonly occupied: boolean;
  clip(entry: Entry): Promise<Clip>;
  /** A body's height in a clip, in the layout's unit; null where no frame shows it. */
  height(clip: Clip): number | null;
  /** How many attacks on clips like this one are best computed together. */
  atOnce(clip: Clip): number;
  /** All at once, on clips with as many frames and people. `step` hears of the most steps that one has taken. */
  attack(jobs: Job[], step: (taken: number) => void): Trial;
  /** What another network makes of a clip. It is loaded beside the attacked one and stays until `release`. */
  judge(model: ModelInfo, clip: Clip): Promise<Recognition>;
  release(): void;
  /** Starts the engine again after it stopped, with this network. Rejects where that fails. */
  revive(model: ModelInfo): Promise<void>;
}
