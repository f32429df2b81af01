// Generated from Rust by tests/generated.rs. Do not edit; run: npm run generate
import type { Flag, Peer, Target } from "./types.ts";

/** Names of the attacks. */
export const PEER_NAMES: Record<Peer, string> = {
  "fgsm": "FGSM",
  "pgd": "PGD",
  "mi-fgsm": "MI-FGSM",
  "cw": "C&W margin",
  "smart": "SMART",
  "ciasa": "CIASA",
  "noise": "Random noise",
  "rotation": "Random rotation",
  "bone-length": "Bone length",
  "part-swap": "Part swap",
  "tasar": "TASAR",
  "basar": "BASAR",
};

/** The attacks of the matrix. */
export const ATTACKERS: { id: string; name: string; peer: Peer; target: Target }[] = [
  { id: "noise", name: "Random noise", peer: "noise", target: {"kind":"untargeted"} },
  { id: "rotation", name: "Random rotation", peer: "rotation", target: {"kind":"untargeted"} },
  { id: "fgsm", name: "FGSM", peer: "fgsm", target: {"kind":"untargeted"} },
  { id: "pgd", name: "PGD", peer: "pgd", target: {"kind":"untargeted"} },
  { id: "mi-fgsm", name: "MI-FGSM", peer: "mi-fgsm", target: {"kind":"untargeted"} },
  { id: "cw", name: "C&W margin", peer: "cw", target: {"kind":"untargeted"} },
  { id: "smart", name: "SMART", peer: "smart", target: {"kind":"untargeted"} },
  { id: "tasar", name: "TASAR", peer: "tasar", target: {"kind":"untargeted"} },
  { id: "bone-length", name: "Bone length", peer: "bone-length", target: {"kind":"untargeted"} },
  { id: "part-swap", name: "Part swap", peer: "part-swap", target: {"kind":"untargeted"} },
  { id: "basar", name: "BASAR", peer: "basar", target: {"kind":"untargeted"} },
  { id: "pgd-least-likely", name: "PGD, least likely class", peer: "pgd", target: {"kind":"least-likely"} },
  { id: "ciasa-least-likely", name: "CIASA, least likely class", peer: "ciasa", target: {"kind":"least-likely"} },
];

/** What each indicator of failure means. */
export const FLAGS: Record<Flag, string> = {
  "no-gradient": "The gradient vanished: failure here says nothing about the network.",
  "never-fell": "The loss never fell below that of the original: the attack did not work at all.",
  "still-falling": "The loss was still falling at the last step: more steps would go further.",
  "last-worse": "The last step is worse than the best one: a smaller step size would hold it.",
  "like-noise": "Random noise of the same size does as well: the gradient did not help.",
  "saturated": "The discriminator gives every pose the same score, so it does not guide the attack.",
  "at-bound": "Nearly every coordinate is at its bound: epsilon alone decides the result.",
};

/** Kinds of errors. */
export const ERROR_KINDS = [
  "format",
  "weights",
  "config",
  "device",
  "data",
  "io",
] as const;

/** Columns of an attack's steps as CSV. */
export const STEP_COLUMNS = [
  "iteration",
  "total",
  "prediction",
  "smooth",
  "adversarial",
  "perceptual",
  "discriminator",
  "predicted",
  "p_original",
  "p_target",
  "linf",
  "mean_displacement",
  "max_displacement",
  "bone_deviation",
  "acceleration_change",
  "plausibility",
  "epsilon_excess",
  "yielded_frames",
  "gradient",
  "flags",
] as const;

/** Columns of the tables of `ciasa eval`. */
export const EVAL_COLUMNS = [
  "experiment",
  "setting",
  "model",
  "weights",
  "judge",
  "judge_weights",
  "dataset",
  "clip",
  "file",
  "data",
  "label",
  "clean",
  "clean_correct",
  "target",
  "attack",
  "epsilon",
  "share",
  "region",
  "constraints",
  "projection",
  "protocol",
  "iterations",
  "seed",
  "stop",
  "used",
  "first",
  "best",
  "last",
  "flags",
  "smallest",
  "predicted",
  "confidence",
  "p_target",
  "hit",
  "fooled",
  "linf",
  "mean_displacement",
  "max_displacement",
  "bone_deviation",
  "acceleration_change",
  "epsilon_excess",
  "plausibility",
  "natural",
  "smoothed",
  "flag_bones",
  "flag_acceleration",
  "seconds",
] as const;

/** The largest weight file that is read, in bytes. */
export const MAX_WEIGHT_BYTES = 67108864;

/** Hexadecimal digits of a hash in a row. */
export const HASH_DIGITS = 8;

/** The largest list of class names that is read, in bytes. */
export const MAX_NAMES_BYTES = 1000000;
