import type { ActiveAttack } from "../attack/active-attack.ts";
import type { Attribution } from "../attack/attribution.ts";
import type { Clip } from "../base/clip.ts";
import type { Notice } from "../base/notice.ts";
import type { EngineManager } from "../engine/manager.ts";
import type { Settings } from "../settings/settings.ts";

/** What the contributions need of the playground. */
interface AttributedTarget {
  readonly engine: EngineManager;
  readonly settings: Settings;
  readonly attack: ActiveAttack | null;
  readonly clip: Clip | null;
  readonly model: unknown;
  readonly claim: unknown;
  report(title: string, thrown: unknown, actions: Notice["actions"]): void;
  changed(): void;
}

/** What each joint contributed to the attack's clip, computed while it is shown and the attack stands still. */
export class Attributed {
  /** Null while it is not known. */
  found: Attribution | null = null;
  computing = false;
  readonly #target: AttributedTarget;

  constructor(target: AttributedTarget) {
    this.#target = target;
  }

  clear(): void {
    this.found = null;
  }

  /** Computes the contributions, if they are missing and the engine is free. */
  async update(): Promise<void> {
    const target = this.#target;
    const { attack, clip, settings } = target;
    const data = attack?.data;
    if (!attack?.last || !clip || !data || data === this.found?.data) return;
    this.clear();
    const idle = target.model && !target.claim && attack.status !== "running" && !this.computing;
    if (!settings.state.attribution || !idle) return;
    const from = attack.last.original;
    const to = attack.after?.find(({ index }) => index !== from)?.index;
    if (to === undefined) return;
    const stale = () => attack !== target.attack || data !== attack.data;
    this.computing = true;
    target.changed();
    try {
      const found = await target.engine.attribute(clip, data, from, to);
      if (!stale()) this.found = { ...found, data, from, to };
    } catch (thrown) {
      target.report("The contributions could not be computed.", thrown, []);
      settings.set({ attribution: false });
    } finally {
      this.computing = false;
      target.changed();
    }
    if (stale()) void this.update();
  }
}
