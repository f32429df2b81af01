import type { Clip, LayoutId } from "../base/clip.ts";
import { type Estimated, estimatedClip } from "../core/estimated.ts";
import type { Pose } from "../pose/estimator.ts";

/** Frames a second of the clips, as of those that the networks were trained on. */
const FPS = 30;

/** The poses that were found in the pictures of one video. */
export class Poses {
  #pictures: { time: number; found: Pose[] }[] = [];

  /** `aspect`: width of the pictures by their height. */
  constructor(readonly aspect: number) {}

  /** Adds a picture's poses; its time in seconds has to be later than those before, else it is left out. */
  add(time: number, found: Pose[]): void {
    if (time > this.end) this.#pictures.push({ time, found });
  }

  /** Forgets pictures before a time. */
  forget(before: number): void {
    this.#pictures = this.#pictures.filter(({ time }) => time >= before);
  }

  /** Number of pictures. */
  get count(): number {
    return this.#pictures.length;
  }

  get start(): number {
    return this.#pictures[0]?.time ?? 0;
  }

  get end(): number {
    return this.#pictures.at(-1)?.time ?? Number.NEGATIVE_INFINITY;
  }

  /** People in the pictures from a time on, (pictures). */
  counts(from: number): number[] {
    return this.#pictures.filter(({ time }) => time >= from).map(({ found }) => found.length);
  }

  /** The clip between two times. Throws a CoreError if nobody is found there. */
  clip(layout: LayoutId, start: number, end: number, smooth: number, name: string): Clip {
    return estimatedClip(this.#estimated(), layout, { start, end, fps: FPS, smooth }, name);
  }

  #estimated(): Estimated {
    const all = this.#pictures.flatMap(({ found }) => found);
    return {
      times: Float64Array.from(this.#pictures, ({ time }) => time),
      counts: Uint32Array.from(this.#pictures, ({ found }) => found.length),
      picture: joined(all.map(({ picture }) => picture)),
      world: joined(all.map(({ world }) => world)),
      aspect: this.aspect,
    };
  }
}

function joined(parts: Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
