import { estimatedClip as coreEstimatedClip } from "../../pkg/viewer/viewer.js";
import type { Clip, LayoutId } from "../base/clip.ts";
import { named } from "./clips.ts";

/** What a pose estimator has found in the pictures of a video. */
export interface Estimated {
  /** Time of each picture in seconds, rising, (N). */
  times: Float64Array;
  /** People found in each picture, (N). */
  counts: Uint32Array;
  /** Landmarks of all people, picture by picture: x, y as shares of the picture, visibility, (P, 33, 3). */
  picture: Float32Array;
  /** The same in metres, in MediaPipe's axes, (P, 33, 3). */
  world: Float32Array;
  /** Width of the pictures by their height. */
  aspect: number;
}

/** The part of a video that becomes a clip. */
export interface Cut {
  /** Seconds. */
  start: number;
  end: number;
  fps: number;
  /** Standard deviation in seconds of the smoothing over time; 0 for none. */
  smooth: number;
}

/**
 * The clip of the person who is followed, in a layout that MediaPipe's landmarks can be converted to. Throws a
 * CoreError if nobody is found. The module has to be loaded.
 */
export function estimatedClip(found: Estimated, layout: LayoutId, cut: Cut, name: string): Clip {
  const { times, counts, picture, world, aspect } = found;
  const numbers = Float64Array.of(cut.start, cut.end, cut.fps, cut.smooth);
  return named(coreEstimatedClip(times, counts, picture, world, aspect, layout, numbers), name);
}
