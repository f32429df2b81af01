import type { LayoutId } from "../base/clip.ts";

/** A skeleton layout of the Rust core. Joints are indices. */
export interface LayoutInfo {
  id: LayoutId;
  name: string;
  /** Names, (V). */
  joints: string[];
  /** Parent of each joint, (V); the root is its own parent. */
  parents: number[];
  /** Coordinates per joint: 3, or 2 in the picture plane. */
  dims: number;
  /** Is the last channel a confidence? */
  confidence: boolean;
  /** Unit of coordinates and epsilons. */
  unit: string;
  regions: { id: string; name: string; joints: number[] }[];
  /** Default epsilon of each joint in advanced mode, (V). */
  hierarchical: number[];
  /** The mirrored joint of each joint, (V). */
  mirror: number[];
}

/** File formats for clips: JSON for any layout, NTU RGB+D text (layout "ntu"), Kinetics JSON (layout "openpose-18"). */
export type ClipFormat = "ciasa" | "ntu" | "kinetics";

/** An error of the module; `kind` is one of the Rust core's kinds. */
export interface CoreError extends Error {
  kind: "format" | "config" | "device" | "data" | "io" | "weights";
}
