import type { LayoutId } from "../base/clip.ts";

/** A joint layout, as the Rust core knows it. Joints are named by index everywhere. */
export interface LayoutInfo {
  id: LayoutId;
  name: string;
  /** Names, (V). */
  joints: string[];
  /** Parent of each joint, (V); the centre is its own. */
  parents: number[];
  /** Channels that are coordinates: 3, or 2 in the picture plane. */
  dims: number;
  /** Does a confidence follow the coordinates as a last channel? */
  confidence: boolean;
  /** What a coordinate, and so an epsilon, is measured in. */
  unit: string;
  regions: { id: string; name: string; joints: number[] }[];
  /** Default epsilon of each joint in advanced mode, (V). */
  hierarchical: number[];
  /** The joint on the other side, (V). */
  mirror: number[];
}

/** What clips are written as: our own JSON (any layout), NTU RGB+D's text ("ntu"), Kinetics-skeleton JSON ("openpose-18"). */
export type ClipFormat = "ciasa" | "ntu" | "kinetics";

/** What the module throws: an `Error` whose `kind` is one of the Rust core's kinds. */
export interface CoreError extends Error {
  kind: "format" | "config" | "device" | "data" | "io" | "weights";
}
