import type { ClipHead, ClipWarning } from "../generated/types.ts";

export type { LayoutId, Unit } from "../generated/types.ts";

/** A skeleton clip. */
export type Clip = ClipHead & {
  id: string;
  name: string;
  /** (T, M, V, C): frames, people, joints, channels, in the layout's unit. */
  data: Float32Array;
  origin: "synthetic" | "motion-capture" | "converted" | "file";
  /** What is odd about the file, a sentence each. */
  warnings?: ClipWarning[];
};
