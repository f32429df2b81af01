/**
 * The messages between the page and the engine's worker.
 *
 * An attack on its way through the TypeScript: the page makes an `AttackRequest` (client.ts) and gets an `AttackHandle`
 * (attack-handle.ts) that controls it. The request crosses to the worker as an `AttackOrder`, under a number; there an
 * `AttackLoop` (attack-loop.ts) computes the attacks of one message step by step and posts `AttackEvent`s and one
 * `AttackEnd` each. `ActiveAttack` (attack/active-attack.ts) is what the page keeps of the attack on its stage, and
 * `AttackGroup` (lab/host.ts) what the Lab keeps of attacks that are computed together.
 */
import type { Clip } from "../base/clip.ts";
import type {
  Answers,
  AttackConfig,
  Backend,
  CertificateOrder,
  CertificateStep,
  DeviceChoice,
  ErrorMessage,
  Identified,
  LoadedWeights,
  Memory,
  ModelEntry,
  Recognition,
  SearchStep,
  StepReport,
} from "../core/types.ts";
import type { ModuleName } from "./module-choice.ts";

/** A weight file from the visitor. */
export interface WeightBytes {
  name: string;
  bytes: ArrayBuffer;
}

/** Threads of the CPU engine. */
export interface Threads {
  count: number;
  /** Why there is only one, for the visitor; null if there are more. */
  alone: string | null;
}

/** The engine's state for the page. */
export interface EngineState {
  status: "idle" | "loading" | "starting" | "ready" | "failed";
  /** Of the current downloads, module and weights, uncompressed. */
  loadedBytes: number;
  /** 0 while a size is unknown (a compressed response does not announce it). */
  totalBytes: number;
  backend: Backend | null;
  threads: Threads | null;
  /** Address of the WebAssembly module that runs; null before one does. */
  module: string | null;
  model: ModelEntry | null;
  error: ErrorMessage | null;
}

/** The iterate that an attack would return if it ended now. */
export interface BestIterate {
  /** Updates that led to it. */
  updates: number;
  /** (T, M, V, C). */
  data: Float32Array;
}

export type AttackEvent =
  /**
   * `data`: the perturbed clip after the step, (T, M, V, C). Not with every report, but with the last. `best` comes
   * with `data`, where it is another one than before: if the engine stops, this is what is left of the attack.
   */
  | { type: "report"; report: StepReport; data?: Float32Array; best?: BestIterate }
  | { type: "paused" }
  | { type: "resumed" }
  /** A setting was rejected (the attack continues with its previous settings), or the attack failed. */
  | { type: "error"; error: ErrorMessage };

export interface AttackEnd {
  reason: "iterations" | "held" | "cancelled" | "error";
  /** The last one; of an attack whose worker has stopped, the one that belongs to its last known iterate. */
  report: StepReport | null;
  /** The last known iterate, (T, M, V, C); of a failed attack the best known one, if it is another. */
  data: Float32Array;
  /** Updates that led to the best iterate of a failed attack. */
  updates?: number;
  /** Of that iterate; empty if the engine has stopped. */
  recognition: Recognition;
}

/** What each joint contributed in each frame, (T, M, V), in logits; the values sum to `change`, about. */
export interface Contributions {
  values: Float32Array;
  change: number;
}

/** A gallery clip for the discriminator. The engine skips the one with the attacked clip's id. */
export interface NaturalFile {
  id: string;
  file: string;
  bytes: ArrayBuffer;
}

/** An `AttackRequest` as a message: its number stands in for the listener. */
export interface AttackOrder {
  attack: number;
  clip: Clip;
  config: AttackConfig;
  start?: Float32Array;
}

export type Control = "pause" | "resume" | "step" | "cancel";

/** Requests to the worker that have exactly one answer. */
export interface Calls {
  /** With the module that the page has compiled. */
  start: { ask: { choice: DeviceChoice; name: ModuleName; module: WebAssembly.Module }; answer: Backend };
  /** Loading measures the network on both devices, so the answer may be another device than before. */
  load: { ask: { entry: ModelEntry; files: ArrayBuffer[] }; answer: Backend };
  /** Identifies a visitor's weight files. */
  inspect: { ask: { files: WeightBytes[] }; answer: Identified };
  /** Loads them. If that fails, the previous model stays. */
  open: { ask: { files: WeightBytes[]; answers: Answers }; answer: LoadedWeights };
  recognise: { ask: { clip: Clip }; answer: Recognition };
  /** What each joint contributed to the change of two classes' logits between a clip and its attacked values. */
  attribute: { ask: { clip: Clip; data: Float32Array; from: number; to: number }; answer: Contributions };
  /** Adds clips for the discriminator to learn from. */
  natural: { ask: { files: NaturalFile[] }; answer: null };
  /** Prepares a search for the smallest epsilon; it replaces one before. */
  beginSearch: { ask: { clip: Clip; config: AttackConfig }; answer: null };
  /** Takes steps of the search for a tenth of a second, or to the end of an epsilon. Gives the last one. */
  stepSearch: { ask: Record<never, never>; answer: SearchStep };
  /** The perturbed clip of the smallest epsilon so far, (T, M, V, C); empty if there is none. */
  searchFound: { ask: Record<never, never>; answer: Float32Array };
  endSearch: { ask: Record<never, never>; answer: null };
  /** Prepares a vote over noise; it replaces one before. `attacked`: attacked values to measure, or empty. */
  beginCertificate: { ask: { clip: Clip; attacked: Float32Array; order: CertificateOrder }; answer: null };
  /** Counts draws of the vote for a tenth of a second, or to its end. */
  stepCertificate: { ask: Record<never, never>; answer: CertificateStep };
  endCertificate: { ask: Record<never, never>; answer: null };
  memory: { ask: Record<never, never>; answer: Memory };
  /** For tests: destroys the GPU device; false on the CPU. */
  loseDevice: { ask: Record<never, never>; answer: boolean };
}

export type CallName = keyof Calls;

/** One request with its name and number. */
export type Call<K extends CallName = CallName> = {
  [N in K]: { type: N; call: number; ask: Calls[N]["ask"] };
}[K];

export type ToWorker =
  | Call
  /** One attack, or several that are computed together; a control message to one of those is for all. */
  | { type: "attack"; attacks: AttackOrder[] }
  | { type: "control"; attack: number; action: Control }
  | { type: "configure"; attack: number; patch: Partial<AttackConfig> };

export type FromWorker =
  /** The worker holds this lock (navigator.locks), which the browser frees when it ends the worker. */
  | { type: "alive"; lock: string }
  /** The module runs and starts its device. */
  | { type: "starting"; name: ModuleName }
  | { type: "threads"; threads: Threads }
  | { type: "answer"; call: number; value: Calls[CallName]["answer"] }
  | { type: "refused"; call: number; error: ErrorMessage }
  | { type: "event"; attack: number; event: AttackEvent }
  | { type: "end"; attack: number; end: AttackEnd }
  /** The worker cannot continue; the page has to start a new one. */
  | { type: "fatal"; error: ErrorMessage };
