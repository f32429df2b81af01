// The attacked clip, and the part of a step after the gradient: the same for every side.
import { CENTRE, JOINTS, PARENTS } from "./network.js";

/** The target class and the other settings of the golden case. */
export const ATTACK = { target: 7, alpha: 0.01, epsilon: 0.02, lambda: 1 };

const CHANNELS = 3;
const GOLDEN_FRAMES = 64;

/**
 * The golden case's clip, (T, V, C), with `frames` frames: its beginning, or the clip repeated forwards and backwards.
 * `x0` is (1, C, 64, V, 1).
 */
export function clipOf(x0, frames) {
  const clip = new Float32Array(frames * JOINTS * CHANNELS);
  const period = 2 * (GOLDEN_FRAMES - 1);
  for (let i = 0; i < clip.length; i++) {
    const [t, v, c] = [Math.floor(i / (JOINTS * CHANNELS)), Math.floor(i / CHANNELS) % JOINTS, i % CHANNELS];
    const from = Math.min(t % period, period - (t % period));
    clip[i] = x0[(c * GOLDEN_FRAMES + from) * JOINTS + v];
  }
  return clip;
}

/** A golden (1, C, 64, V, 1) array as (T, V, C). */
export const golden = (x) => clipOf(x, GOLDEN_FRAMES);

/** |a - b| / |b| */
export function relativeL2(a, b) {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let [difference, norm] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    difference += (a[i] - b[i]) ** 2;
    norm += b[i] ** 2;
  }
  return Math.sqrt(difference / norm);
}

/** The joints from the centre outwards. */
const ORDER = (() => {
  const order = [CENTRE];
  for (const parent of order) {
    for (let j = 0; j < JOINTS; j++) if (j !== parent && PARENTS[j] === parent) order.push(j);
  }
  return order;
})();

/** Holds V' and takes the rest of a step on the host, as our engine does: Adam, clip, realign. */
export class Iterate {
  #first;
  #second;
  #steps = 0;

  constructor(clean) {
    this.clean = clean;
    this.x = clean.slice();
    this.#first = new Float32Array(clean.length);
    this.#second = new Float32Array(clean.length);
  }

  /** One step against the gradient, (T, V, C). */
  descend(gradient) {
    this.#adam(gradient);
    for (let i = 0; i < this.x.length; i++) {
      const [low, high] = [this.clean[i] - ATTACK.epsilon, this.clean[i] + ATTACK.epsilon];
      this.x[i] = Math.min(Math.max(this.x[i], low), high);
    }
    this.#realign();
  }

  #adam(gradient) {
    this.#steps += 1;
    const rate = ATTACK.alpha / (1 - 0.9 ** this.#steps);
    const scale = Math.sqrt(1 - 0.999 ** this.#steps);
    const [m, v] = [this.#first, this.#second];
    for (let i = 0; i < m.length; i++) {
      m[i] = 0.9 * m[i] + 0.1 * gradient[i];
      v[i] = 0.999 * v[i] + 0.001 * gradient[i] ** 2;
      this.x[i] -= (rate * m[i]) / (Math.sqrt(v[i]) / scale + 1e-8);
    }
  }

  /** Each bone gets its original length in its perturbed direction, from the centre outwards. */
  #realign() {
    const pose = JOINTS * CHANNELS;
    const at = new Float64Array(pose);
    for (let frame = 0; frame < this.x.length; frame += pose) {
      at.set(this.x.subarray(frame, frame + pose));
      for (const joint of ORDER.slice(1)) {
        const [a, b] = [PARENTS[joint] * CHANNELS, joint * CHANNELS];
        const bone = (of, c) => of[frame + b + c] - of[frame + a + c];
        const length = (of) => Math.hypot(bone(of, 0), bone(of, 1), bone(of, 2));
        const [now, was] = [length(this.x), length(this.clean)];
        const [of, scale] = now > 1e-9 ? [this.x, was / now] : [this.clean, 1];
        for (let c = 0; c < CHANNELS; c++) at[b + c] = at[a + c] + bone(of, c) * scale;
      }
      this.x.set(at, frame);
    }
  }
}
