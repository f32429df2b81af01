import { usualEpsilon } from "../attack/config.ts";
import type { Clip } from "../base/clip.ts";
import { attackDefaults } from "../core/attack-config.ts";
import type { LayoutInfo } from "../core/layout.ts";
import { applyPeer } from "../core/peers.ts";
import type { AttackConfig, Recognition } from "../core/types.ts";
import type { AttackHandle } from "../engine/attack-handle.ts";
import type { AttackRequest } from "../engine/client.ts";
import { type Change, moved } from "./warm.ts";

/** Steps of the attack on each window at most: few, so that it keeps up. The next window goes on from there. */
const STEPS = 4;
/** Probability of another class at which a window needs no more steps. */
const ENOUGH = 0.6;
/** Weight of the last duration in the shown rate. */
const NEW = 0.3;

/** The part of the engine that answers and attacks. */
export interface LiveEngine {
  recognise(clip: Clip): Promise<Recognition>;
  attack(request: AttackRequest): AttackHandle;
}

/** What the network sees in the last seconds. */
export interface LiveAnswer {
  clip: Clip;
  clean: Recognition["top"];
  /** The perturbed clip, (T, M, V, C), and what the network sees in it; null without an attack. */
  perturbed: Float32Array | null;
  attacked: Recognition["top"] | null;
  /** Answers a second. */
  rate: number;
}

/** The attack: momentum sign steps away from what the network sees, within the page's usual epsilon. */
export function liveConfig(layout: LayoutInfo): AttackConfig {
  const epsilon = usualEpsilon(layout);
  const config = applyPeer("mi-fgsm", {
    ...attackDefaults(),
    target: { kind: "untargeted" },
    epsilon,
    iterations: STEPS,
    constraints: { clip: true, realign: true, smooth: false, plausible: false },
    stop: { kind: "confidence", confidence: ENOUGH, hold: 1 },
  });
  return { ...config, alpha: epsilon / 2 };
}

/** Asks the engine again and again. */
export class Live {
  #duration = 0;
  /** What the last attack has changed. */
  #change: Change | null = null;

  constructor(readonly engine: LiveEngine) {}

  /**
   * Recognises a window that begins at a time in seconds, and attacks it if there are settings. Throws what the engine
   * throws.
   */
  async answer(clip: Clip, time: number, config: AttackConfig | null): Promise<LiveAnswer> {
    const start = performance.now();
    const clean = await this.engine.recognise(clip);
    let [perturbed, attacked]: [Float32Array | null, Recognition["top"] | null] = [null, null];
    if (config) {
      let failure: unknown = null;
      const listener: AttackRequest["listener"] = (event) => {
        if (event.type === "error") failure = event.error;
      };
      const begin = this.#change && moved(clip, time, this.#change);
      const end = await this.engine.attack({ clip, config, ...(begin && { start: begin }), listener }).done;
      if (failure) throw failure;
      this.#change = { clip, time, perturbed: end.data };
      perturbed = end.data;
      attacked = end.recognition.top;
    }
    const took = (performance.now() - start) / 1000;
    this.#duration = this.#duration === 0 ? took : (1 - NEW) * this.#duration + NEW * took;
    return { clip, clean: clean.top, perturbed, attacked, rate: 1 / this.#duration };
  }

  /** Another kind of question begins: the rate is measured anew, and the next attack begins at its clip. */
  restart(): void {
    this.#duration = 0;
    this.#change = null;
  }
}
