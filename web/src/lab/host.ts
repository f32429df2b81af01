import type { Clip } from "../base/clip.ts";
import type { Entry } from "../clips/gallery.ts";
import type { ModelEntry, Recognition } from "../core/types.ts";
import type { AttackRequest } from "../engine/client.ts";
import type { Outcome } from "./rows.ts";

/** A clip and the settings of the attack on it. */
export type LabRequest = Omit<AttackRequest, "listener">;

/** Running attacks of the Lab that are computed together, or a single one. */
export interface AttackGroup {
  /** The outcomes in the order of the requests; null if the attacks were cancelled. Rejects if they failed. */
  readonly done: Promise<Outcome[] | null>;
  pause(): void;
  resume(): void;
  cancel(): void;
}

/** What the Lab needs of the page around it: networks, clips and an engine. Tests implement it without an engine. */
export interface LabHost {
  /** The network that is ready to be attacked. */
  readonly model: ModelEntry | null;
  /** Is a network or the engine being loaded? */
  readonly loading: boolean;
  /** Name of the device that computes the page's network, or another one that is prepared. */
  device(model: ModelEntry): string;
  /** Does the page's own attack use the engine? */
  readonly occupied: boolean;
  clip(entry: Entry): Promise<Clip>;
  /** Body height in a clip, in the layout's unit; null if no frame shows it. */
  height(clip: Clip): number | null;
  /** Number of attacks on clips of this size that are computed together fastest. */
  atOnce(clip: Clip): number;
  /** Loads a network to attack. The page keeps its own; another one is loaded beside it, until `release`. */
  prepare(model: ModelEntry): Promise<void>;
  /**
   * Starts attacks on a prepared network together, on clips with equal frames and people. `onStep` gets the most steps
   * that one has taken.
   */
  attack(requests: LabRequest[], onStep: (taken: number) => void, model: ModelEntry): AttackGroup;
  /** Another network's answer for a clip. That network stays loaded, beside the attacked one, until `release`. */
  judge(model: ModelEntry, clip: Clip): Promise<Recognition>;
  release(): void;
  /** Restarts a stopped engine with this network. Rejects if that fails. */
  revive(model: ModelEntry): Promise<void>;
}
