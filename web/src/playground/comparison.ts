import type { ActiveAttack } from "../attack/active-attack.ts";
import { type Kept, resultOf } from "../attack/kept.ts";
import type { Clip } from "../base/clip.ts";
import type { ModelEntry, Recognition } from "../core/types.ts";
import type { Attributed } from "./attributed.ts";

/** What the comparison needs of the playground. */
interface CompareTarget {
  readonly attack: ActiveAttack | null;
  readonly before: Recognition | null;
  readonly clip: Clip | null;
  readonly model: ModelEntry | null;
  readonly attributed: Attributed;
  announce(words: string): void;
  changed(): void;
}

/** One result that is kept beside the current one. Another attack or another network on the same clip leaves it. */
export class Comparison {
  #kept: Kept | null = null;
  readonly #target: CompareTarget;

  constructor(target: CompareTarget) {
    this.#target = target;
  }

  /** The kept result; null if there is none, or it is of another clip: one slider moves both. */
  get kept(): Kept | null {
    return this.#kept?.clip === this.#target.clip ? this.#kept : null;
  }

  /** The current result; null while there is none. */
  get current(): Kept | null {
    const { attack, before, model, attributed } = this.#target;
    return resultOf(attack, before, model?.name ?? "", attributed.found);
  }

  /** Can the current result be kept? It can while its attack stands still. */
  get possible(): boolean {
    const { attack, model } = this.#target;
    return attack !== null && attack.status !== "running" && model !== null && this.current !== null;
  }

  keep(): void {
    if (!this.possible) return;
    this.#kept = this.current;
    this.#target.announce("Kept for comparison. Now run another attack, or choose another network.");
    this.#target.changed();
  }

  drop(): void {
    this.#kept = null;
    this.#target.announce("The comparison is over");
    this.#target.changed();
  }
}
