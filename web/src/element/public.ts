/** Types of the element for pages that embed it; the npm package carries this file as its types. */
import type { Answers, AttackConfig, ClipHead, ModelEntry, StepReport } from "../generated/types.ts";

export type { Answers, AttackConfig, ClipHead, ModelEntry, StepReport };

/** A clip from memory. */
export type PlaygroundClip = ClipHead & {
  id: string;
  name: string;
  /** (T, M, V, C): frames, people, joints, channels, in the layout's unit. */
  data: Float32Array;
  origin: "synthetic" | "motion-capture" | "converted" | "file";
};

/** Settings of a sweep of the Lab; docs/EMBED.md explains them. */
export interface SweepSettings {
  sweep: "one-step" | "basic" | "regions" | "ablation" | "peers" | "transfer" | "matrix";
  clips: string[] | null;
  attacked: string[] | null;
  judges: string[] | null;
  attacks: string[] | null;
  epsilons: number[] | null;
  alpha: number;
  lambda: number;
  iterations: number;
  stop: AttackConfig["stop"];
  seed: number;
}

/** `<ciasa-playground>`. */
export interface CiasaPlaygroundElement extends HTMLElement {
  /** Id of the gallery clip; null: the first. */
  clip: string | null;
  /** Id of the recogniser; null: the first that reads the clip's layout. */
  model: string | null;
  /** The attack's mode; null: "basic". */
  mode: "one-step" | "basic" | "localized" | "advanced" | null;
  /** The device that computes; null: "auto", the faster one. */
  engine: "auto" | "webgpu" | "cpu" | null;
  /** Settings as in a link of the playground, `key=value&...`; read once, when the element is connected. */
  settings: string | null;
  /** Address of a clip to open, of any origin that allows it; read once. */
  clipUrl: string | null;
  /** Address of a weight file to open, of any origin that allows it; read once. */
  weightsUrl: string | null;
  /** Names of parts to hide, separated by spaces. */
  hide: string;
  /** Keep the page's address and the settings equal. */
  /** Address of the service worker; null: none. */
  serviceWorker: string | null;
  syncUrl: boolean;
  /** Wait for a click before the engine is downloaded. */
  manualEngine: boolean;
  /** The element's state and actions, for scripts that need more; it has no stable type. */
  readonly session: unknown;
  openClip(clip: PlaygroundClip): void;
  openWeights(files: File[], answers?: Answers): Promise<ModelEntry | null>;
  run(): void;
  pause(): void;
  step(): void;
  cancel(): void;
  reset(): void;
  runLab(settings?: Partial<SweepSettings>): Promise<void>;
  pauseLab(): Promise<void>;
  cancelLab(): Promise<void>;
}

/** Details of the element's events. */
export interface CiasaPlaygroundEvents {
  "ciasa-report": CustomEvent<StepReport>;
  "ciasa-done": CustomEvent<{
    reason: "held" | "iterations" | "cancelled" | "error" | null;
    report: StepReport | null;
    data: Float32Array;
    config: AttackConfig;
  }>;
  "ciasa-lab-done": CustomEvent<{ reason: "complete" | "cancelled" | "failed"; rows: object[] }>;
  "ciasa-error": CustomEvent<Error & { kind: string }>;
}

declare global {
  interface HTMLElementTagNameMap {
    "ciasa-playground": CiasaPlaygroundElement;
  }
  interface HTMLElementEventMap extends CiasaPlaygroundEvents {}
}
