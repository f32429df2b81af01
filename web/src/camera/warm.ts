import type { Clip } from "../base/clip.ts";

/** What an attack has changed in a window of the camera's clip. */
export interface Change {
  /** The window. */
  clip: Clip;
  /** When it begins, in seconds. */
  time: number;
  /** The attacked values, (T, M, V, C). */
  perturbed: Float32Array;
}

/**
 * Where the attack on the next window begins, (T, M, V, C): at the change of the window before, moved along by what the
 * camera has moved. Instants that are new get the change of the last one. Null if the windows have nothing in common.
 */
export function moved(clip: Clip, time: number, before: Change): Float32Array | null {
  const values = clip.data.length / clip.frames;
  const shift = Math.round((time - before.time) * clip.fps);
  const last = before.clip.frames - 1;
  const alike = before.clip.layout === clip.layout && before.clip.people === clip.people;
  if (!alike || shift < 0 || shift > last) return null;
  return clip.data.map((value, i) => {
    const frame = Math.min(Math.floor(i / values) + shift, last);
    const from = frame * values + (i % values);
    return value + (before.perturbed[from] ?? 0) - (before.clip.data[from] ?? 0);
  });
}
