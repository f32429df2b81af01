import type { ClipHead } from "../generated/types.ts";

export type { LayoutId } from "../generated/types.ts";

/** Something odd about a clip's file. */
export interface ClipWarning {
  text: string;
  /** The unit in which the file has to be read instead, if that mends it. */
  unit: string | null;
}

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
