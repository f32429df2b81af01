import { displacement as coreDisplacement } from "../../pkg/viewer/viewer.js";
import type { Clip } from "../base/clip.ts";

/**
 * Mean distance between clean and perturbed joints of each frame, (T), in the layout's unit. Joints that are unseen in
 * the clean clip do not count; a frame without a seen joint has 0. Needs the module loaded.
 */
export function displacement(clip: Clip, perturbed: Float32Array): Float32Array {
  return coreDisplacement(clip.layout, clip.fps, clip.frames, clip.people, clip.data, perturbed);
}
