import type { Clip } from "../base/clip.ts";
import type { Contributions } from "../engine/messages.ts";

/** What each joint contributed to the attack's result, and how the page shows it. */
export interface Attribution extends Contributions {
  /** The attacked values that it explains. */
  readonly data: Float32Array;
  /** The classes whose difference changed. */
  readonly from: number;
  readonly to: number;
}

/** The sum of each joint over frames and people, (V), in logits. */
export function ofJoints({ values }: Contributions, { frames, people }: Clip): number[] {
  const joints = values.length / (frames * people);
  const sums = new Array<number>(joints).fill(0);
  for (const [i, value] of values.entries()) sums[i % joints] = (sums[i % joints] ?? 0) + value;
  return sums;
}

/** The sum of each frame over joints and people, (T), in logits. */
export function ofFrames({ values }: Contributions, { frames }: Clip): Float32Array {
  const each = values.length / frames;
  const sums = new Float32Array(frames);
  for (const [i, value] of values.entries()) {
    const frame = Math.floor(i / each);
    sums[frame] = (sums[frame] ?? 0) + value;
  }
  return sums;
}

/**
 * How warm each joint is drawn in each frame, (T, M, V), 0 to 1: its contribution towards the class, with the largest
 * of the clip as 1, spread over a few frames so that playback does not flicker.
 */
export function heat({ values }: Contributions, { frames }: Clip): Float32Array {
  const each = values.length / frames;
  const spread = Math.max(1, Math.round(frames / 40));
  const warm = new Float32Array(values.length);
  let most = 0;
  for (let t = 0; t < frames; t += 1) {
    const [first, last] = [Math.max(0, t - spread), Math.min(frames - 1, t + spread)];
    for (let j = 0; j < each; j += 1) {
      let sum = 0;
      for (let near = first; near <= last; near += 1) sum += values[near * each + j] ?? 0;
      const mean = Math.max(0, sum / (last - first + 1));
      warm[t * each + j] = mean;
      most = Math.max(most, mean);
    }
  }
  return most > 0 ? warm.map((value) => value / most) : warm;
}
