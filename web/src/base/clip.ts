/** Ids of the skeleton layouts, as in clip files and in the Rust core. */
export type LayoutId = "kinect-v1" | "ntu" | "openpose-18" | "hdm05";

/** A skeleton clip. */
export type Clip = {
  id: string;
  name: string;
  label: string | null;
  layout: LayoutId;
  fps: number;
  frames: number;
  people: number;
  /** (T, M, V, C): frames, people, joints, channels, in the layout's unit. */
  data: Float32Array;
  origin: "synthetic" | "motion-capture" | "converted" | "file";
};
