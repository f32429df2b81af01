/**
 * The types of the Rust core that cross to TypeScript. Every type names its Rust twin; change both together.
 * Arrays of a clip are (T, M, V, C): frames, people, joints, channels, in the layout's unit.
 */
import type { LayoutId } from "../base/clip.ts";

/** `attack::AttackConfig` */
export interface AttackConfig {
  /** "ciasa" is Adam on cross-entropy with CIASA's restraint; "adam" takes any goal, prediction and restraint. */
  method: "fgsm" | "ciasa" | "pgd" | "mi-fgsm" | "adam";
  /** `attack::Prediction`; left out: cross-entropy. A margin with every method but "ciasa". */
  prediction?: { kind: "cross-entropy" } | { kind: "margin"; kappa: number };
  /**
   * `attack::Restraint`; left out: "ciasa", its two losses as far as `constraints` has them on. "smart" is not for
   * "ciasa".
   */
  restraint?: "ciasa" | "smart";
  /** "untargeted" with every method but "ciasa". */
  target: { kind: "untargeted" } | { kind: "least-likely" } | { kind: "class"; index: number };
  /** The attack region, joints by index; null: all. */
  joints: number[] | null;
  /** One for all joints, or one for each (V), in the layout's unit. */
  epsilon: number | number[];
  /** The step; "fgsm" steps by epsilon instead. */
  alpha: number;
  /** Weight of the restraint against the prediction. */
  lambda: number;
  /** Steps at most. */
  iterations: number;
  constraints: { clip: boolean; realign: boolean; smooth: boolean; plausible: boolean };
  stop: { kind: "iterations" } | { kind: "confidence"; confidence: number; hold: number };
  seed: number;
}

/** `attack::Ranked` */
export interface Ranked {
  index: number;
  p: number;
}

/** `attack::Figures`, of the clip after the step, in the layout's unit. */
export interface Figures {
  linf: number;
  meanDisplacement: number;
  maxDisplacement: number;
  /** The largest relative change of a bone's length in a frame. */
  boneDeviation: number;
  accelerationChange: number;
  plausibility: number | null;
  /** How far realignment pushed a coordinate beyond its epsilon. */
  epsilonExcess: number;
}

/** `attack::StepReport`. Losses, probabilities and `fooled` are of the clip before the step, `figures` after it. */
export interface StepReport {
  /** Steps taken, from 1. */
  iteration: number;
  losses: {
    total: number;
    prediction: number;
    smooth: number;
    adversarial: number;
    perceptual: number;
    discriminator: number;
  };
  predicted: number;
  original: number;
  target: number | null;
  pOriginal: number;
  pTarget: number | null;
  /** The five likeliest classes. */
  top: Ranked[];
  figures: Figures;
  fooled: boolean;
  done: null | "iterations" | "held" | "cancelled";
}

/** `web::messages::RecognitionHead`, and all probabilities, (classes). */
export interface Recognition {
  probabilities: Float32Array;
  top: Ranked[];
}

/** `model::ModelEntry`, an entry of models/manifest.json. */
export interface ModelInfo {
  id: string;
  name: string;
  architecture: "st-gcn" | "2s-agcn-joint" | "2s-agcn-bone" | "2s-agcn" | "shift-gcn";
  layout: LayoutId;
  /** In the order of the logits. */
  classes: string[];
  people: number;
  /** Frames that a clip is brought to, in the way of the preprocessing; 0: as many as it has. */
  frames: number;
  preprocessing: "raw" | "centred" | "anchored" | "padded" | "kinetics" | "kinetics-up" | "2s-agcn";
  /** One file, or those of an ensemble's streams. */
  weights: { file: string; bytes: number; sha256: string }[];
  /** Share of test clips whose class comes first, and how many there were; of 0 clips: nobody has measured it. */
  accuracy: { top1: number; clips: number };
  split: string;
  data: string;
  licence: string;
  retrain: string;
}

/** `model::Manifest`, models/manifest.json. The first model is the default. */
export interface Manifest {
  version: 1;
  models: ModelInfo[];
}

/** `model::opened::Question`: what weight files do not tell. */
export interface Question {
  id: "stream" | "order" | "people" | "preprocessing" | "frames";
  text: string;
  choices: { value: string; label: string }[];
  /** The answer where none is given. */
  default: string;
}

/** `model::opened::Identified`: what weight files hold. */
export interface Identified {
  /** Every question answered by its default. */
  entry: ModelInfo;
  summary: string;
  questions: Question[];
}

/** `model::opened::Answers`; what is left out is answered by default. */
export interface Answers {
  stream?: "joint" | "bone";
  order?: "layout" | "utd-mhad" | "msr-action3d";
  people?: number;
  preprocessing?: ModelInfo["preprocessing"];
  frames?: number;
  /** A text with a name in each line, or a JSON array of strings. */
  classNames?: string;
}

/** `web::messages::LoadedWeights` */
export interface LoadedWeights {
  entry: ModelInfo;
  backend: Backend;
}

/** `web::messages::DeviceChoice` */
export type DeviceChoice = "auto" | "webgpu" | "cpu";

/** `web::messages::Parity`: the GPU's numbers beside the CPU's, relative L2. */
export interface Parity {
  logits: number;
  gradient: number;
  tolerance: number;
  ok: boolean;
  /** Milliseconds of one forward and one gradient. */
  gpuMs: number;
  cpuMs: number;
}

/** `web::messages::Backend` */
export interface Backend {
  kind: "webgpu" | "cpu";
  name: string;
  /** Why this device, a sentence for the visitor. */
  reason: string;
  /** A GPU that is emulated on the CPU. */
  software: boolean;
  parity: Parity | null;
}

/**
 * `web::messages::ErrorMessage`. Kinds are those of the Rust `Error`, "engine" for a crash, "network" for a download.
 */
export interface ErrorMessage {
  kind: string;
  message: string;
}

/** `web::messages::Memory`, in bytes. */
export interface Memory {
  wasm: number;
  gpu: number | null;
  gpuAllocations: number | null;
}
