import type { Clip } from "../base/clip.ts";
import type { LayoutInfo } from "./layout.ts";

/** Mean joint displacement of each frame, (T), in the layout's unit; absent people do not count. */
export function displacement(clip: Clip, perturbed: Float32Array, layout: LayoutInfo): Float32Array {
  const joints = layout.joints.length;
  const channels = layout.dims + (layout.confidence ? 1 : 0);
  const person = joints * channels;
  const means = new Float32Array(clip.frames);
  for (let t = 0; t < clip.frames; t += 1) {
    let sum = 0;
    let count = 0;
    for (let m = 0; m < clip.people; m += 1) {
      const at = (t * clip.people + m) * person;
      if (clip.data.subarray(at, at + person).every((value) => value === 0)) continue;
      for (let j = 0; j < joints; j += 1) {
        let square = 0;
        for (let c = 0; c < layout.dims; c += 1) {
          const i = at + j * channels + c;
          square += ((perturbed[i] ?? 0) - (clip.data[i] ?? 0)) ** 2;
        }
        sum += Math.sqrt(square);
      }
      count += joints;
    }
    means[t] = count > 0 ? sum / count : 0;
  }
  return means;
}
