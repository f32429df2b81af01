/** The messages between the page and the pose estimator's worker. */
import type { ErrorMessage } from "../generated/types.ts";

/** A person in a picture, as MediaPipe's 33 landmarks. */
export interface Pose {
  /** (33, 3): x and y as shares of the picture's width and height, y down; visibility, 0 to 1. */
  picture: Float32Array;
  /**
   * (33, 3): metres from the middle of the hips, in MediaPipe's axes: x to the right of the picture, y down, z away
   * from the camera.
   */
  world: Float32Array;
}

export type ToPoseWorker =
  /** Addresses of the module and of the model, and the most people to look for. */
  | { type: "load"; module: string; model: string; people: number }
  | { type: "detect"; call: number; image: ImageBitmap | VideoFrame; timeMs: number };

export type FromPoseWorker =
  | { type: "progress"; loaded: number; total: number }
  | { type: "loaded" }
  | { type: "found"; call: number; poses: Pose[] }
  | { type: "refused"; call: number; error: ErrorMessage }
  /** The worker cannot continue. */
  | { type: "fatal"; error: ErrorMessage };
