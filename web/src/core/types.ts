/**
 * The types of the Rust core that cross to TypeScript, generated from `crate/src/contract`.
 * Arrays of a clip are (T, M, V, C): frames, people, joints, channels, in the layout's unit.
 */
import type { RecognitionHead } from "../generated/types.ts";

export type {
  Answers,
  AttackConfig,
  Backend,
  CertificateOrder,
  CertificateStep,
  CertifiedAnswer,
  ConversionInfo,
  DeviceChoice,
  Epsilon,
  ErrorMessage,
  Flag,
  Identified,
  Judged,
  LoadedWeights,
  Manifest,
  Memory,
  Metrics,
  ModelEntry,
  Outcome,
  Parity,
  Peer,
  Question,
  Ranked,
  SearchStep,
  StepReport,
  Trial,
} from "../generated/types.ts";

/** The recogniser's answer to a clip. */
export interface Recognition extends RecognitionHead {
  /** Of all classes, (classes). */
  probabilities: Float32Array;
}
