import type { Clip } from "../clip.ts";
import type { AttackConfig, ModelInfo, Recognition } from "../engine/protocol.ts";
import type { Entry } from "../library.ts";
import type { Outcome } from "./rows.ts";

/** An attack that the Lab has under way. */
export interface Trial {
  /** null where it was cancelled, by whomever; rejects where it failed. */
  readonly done: Promise<Outcome | null>;
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
  /** `step` hears of the number of steps taken. */
  attack(clip: Clip, config: AttackConfig, step: (taken: number) => void): Trial;
  /** What another network makes of a clip. It is loaded beside the attacked one and stays until `release`. */
  judge(model: ModelInfo, clip: Clip): Promise<Recognition>;
  release(): void;
  /** Starts the engine again after it stopped, with this network. Rejects where that fails. */
  revive(model: ModelInfo): Promise<void>;
}
