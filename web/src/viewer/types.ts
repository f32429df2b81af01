import type { LayoutId } from "../clip.ts";

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

/** What the viewer shows and how. */
export interface ViewOptions {
  /** Both clips in one place, next to each other, or poses of the whole clip in rows. */
  view: "overlay" | "side" | "film";
  /** Factor on the difference between the clips; 1 shows what the network sees. */
  magnify: number;
  /** The recent path of the joints that moved most. */
  trails: boolean;
  /** Joints of the attack region, drawn with rings; null for all joints, without rings. */
  region: number[] | null;
  showClean: boolean;
  showPerturbed: boolean;
  /** Is the page's background dark? */
  dark: boolean;
  /** Draws all joints as handles. */
  picking: boolean;
}

/** What the viewer throws: an `Error` whose `kind` is one of the Rust core's kinds. */
export interface ViewerError extends Error {
  kind: "format" | "config" | "device" | "data" | "io" | "weights";
}
