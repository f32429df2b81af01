import type { ERROR_KINDS } from "../generated/constants.ts";

export type { LayoutInfo } from "../generated/types.ts";

/**
 * File formats for clips: JSON for any layout, NTU RGB+D text (layout "ntu"), Kinetics JSON (layout "openpose-18"), and
 * BVH for clips that came from a BVH file.
 */
export type ClipFormat = "ciasa" | "ntu" | "kinetics" | "bvh";

/** An error of the module; `kind` is one of the Rust core's kinds. */
export interface CoreError extends Error {
  kind: (typeof ERROR_KINDS)[number];
}
