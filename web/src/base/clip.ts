/** The skeleton layouts that the page knows; the same ids as in files and in the Rust core. */
export type LayoutId = "kinect-v1" | "ntu" | "openpose-18" | "hdm05";

/** A skeleton clip as it travels between viewer, page and engine. */
export type Clip = {
  id: string;
  name: string;
  label: string | null;
  layout: LayoutId;
  fps: number;
  frames: number;
  people: number;
  /** (T, M, V, C): frames, people, joints, channels. */
  data: Float32Array;
  origin: "synthetic" | "motion-capture" | "converted" | "file";
};
