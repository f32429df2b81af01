import type { LayoutInfo } from "../core/layout.ts";
import type { EngineManager } from "../engine/manager.ts";
import type { PoseEstimator, PoseOptions } from "../pose/estimator.ts";

/**
 * Where the visitor is: asked for the camera; module and model are loading; the preview with live answers; the seconds
 * before a recording; the recording; pictures that still wait for the estimator; the recorded clip, to be trimmed; or
 * something failed.
 */
export type Stage =
  | "asking"
  | "loading"
  | "live"
  | "countdown"
  | "recording"
  | "reading"
  | "trimming"
  | "failed";

/** What the camera needs of the playground. */
export interface CameraHost {
  readonly engine: EngineManager;
  readonly layouts: LayoutInfo[];
  /** The id of the network that the visitor has chosen. */
  readonly wantedModel: string;
  estimator(options: PoseOptions): Promise<PoseEstimator>;
  /** Starts the engine if it is not there. */
  needEngine(): void;
  announce(words: string): void;
}
