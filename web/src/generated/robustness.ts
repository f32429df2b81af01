// Generated from docs/robustness/matrix.csv. Do not edit; run: ciasa eval report

/** How often an attack succeeds behind a defence. */
export interface RobustnessCell {
  /** The defence's id; "none" is the bare network. */
  defence: string;
  /** Whether the attack goes through the defence, and not only against the bare network. */
  adaptive: boolean;
  /** Clips of those that the victim behind the defence recognises that the attack fools. */
  hits: number;
  of: number;
  /** Wilson's 95 % interval of the share, 0 to 1. */
  low: number;
  high: number;
}

/** The row of a network in docs/ROBUSTNESS.md. */
export interface Robustness {
  /** The first digits of the SHA-256 of its weights. */
  weights: string;
  /** Epsilon as a share of the body's height. */
  share: number;
  clips: number;
  attacks: { name: string; cells: RobustnessCell[] }[];
}

/** By network. */
export const ROBUSTNESS: Record<string, Robustness> = {
  "utd-mhad-st-gcn": {
    weights: "c6899ce6",
    share: 0.03,
    clips: 14,
    attacks: [
      { name: "Random noise", cells: [
        { defence: "none", adaptive: true, hits: 0, of: 6, low: 0.000, high: 0.390 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 6, low: 0.000, high: 0.390 },
        { defence: "detector", adaptive: false, hits: 0, of: 6, low: 0.000, high: 0.390 },
      ] },
      { name: "Random rotation", cells: [
        { defence: "none", adaptive: true, hits: 0, of: 6, low: 0.000, high: 0.390 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 6, low: 0.000, high: 0.390 },
        { defence: "detector", adaptive: false, hits: 0, of: 6, low: 0.000, high: 0.390 },
      ] },
      { name: "FGSM", cells: [
        { defence: "none", adaptive: true, hits: 11, of: 13, low: 0.578, high: 0.957 },
        { defence: "smoothing", adaptive: false, hits: 11, of: 13, low: 0.578, high: 0.957 },
        { defence: "detector", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
      ] },
      { name: "PGD", cells: [
        { defence: "none", adaptive: true, hits: 13, of: 13, low: 0.772, high: 1.000 },
        { defence: "smoothing", adaptive: true, hits: 13, of: 13, low: 0.772, high: 1.000 },
        { defence: "detector", adaptive: true, hits: 13, of: 13, low: 0.772, high: 1.000 },
      ] },
      { name: "MI-FGSM", cells: [
        { defence: "none", adaptive: true, hits: 5, of: 5, low: 0.566, high: 1.000 },
        { defence: "smoothing", adaptive: false, hits: 5, of: 5, low: 0.566, high: 1.000 },
        { defence: "detector", adaptive: false, hits: 3, of: 5, low: 0.231, high: 0.882 },
      ] },
      { name: "TASAR", cells: [
        { defence: "none", adaptive: true, hits: 6, of: 6, low: 0.610, high: 1.000 },
        { defence: "smoothing", adaptive: false, hits: 6, of: 6, low: 0.610, high: 1.000 },
        { defence: "detector", adaptive: false, hits: 3, of: 6, low: 0.188, high: 0.812 },
      ] },
      { name: "Bone length", cells: [
        { defence: "none", adaptive: true, hits: 0, of: 5, low: 0.000, high: 0.434 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 5, low: 0.000, high: 0.434 },
        { defence: "detector", adaptive: false, hits: 0, of: 5, low: 0.000, high: 0.434 },
      ] },
      { name: "Part swap", cells: [
        { defence: "none", adaptive: true, hits: 0, of: 6, low: 0.000, high: 0.390 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 6, low: 0.000, high: 0.390 },
        { defence: "detector", adaptive: false, hits: 0, of: 6, low: 0.000, high: 0.390 },
      ] },
      { name: "BASAR", cells: [
        { defence: "none", adaptive: true, hits: 0, of: 5, low: 0.000, high: 0.434 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 5, low: 0.000, high: 0.434 },
        { defence: "detector", adaptive: false, hits: 0, of: 5, low: 0.000, high: 0.434 },
      ] },
      { name: "CIASA, least likely class", cells: [
        { defence: "none", adaptive: true, hits: 5, of: 6, low: 0.436, high: 0.970 },
        { defence: "smoothing", adaptive: false, hits: 5, of: 6, low: 0.436, high: 0.970 },
        { defence: "detector", adaptive: false, hits: 4, of: 6, low: 0.300, high: 0.903 },
      ] },
    ],
  },
  "utd-mhad-st-gcn-plain": {
    weights: "30fab588",
    share: 0.03,
    clips: 14,
    attacks: [
      { name: "Random noise", cells: [
        { defence: "none", adaptive: true, hits: 4, of: 5, low: 0.376, high: 0.964 },
        { defence: "smoothing", adaptive: false, hits: 3, of: 5, low: 0.231, high: 0.882 },
        { defence: "detector", adaptive: false, hits: 0, of: 5, low: 0.000, high: 0.434 },
      ] },
      { name: "Random rotation", cells: [
        { defence: "none", adaptive: true, hits: 4, of: 5, low: 0.376, high: 0.964 },
        { defence: "smoothing", adaptive: false, hits: 4, of: 5, low: 0.376, high: 0.964 },
        { defence: "detector", adaptive: false, hits: 4, of: 5, low: 0.376, high: 0.964 },
      ] },
      { name: "FGSM", cells: [
        { defence: "none", adaptive: true, hits: 12, of: 12, low: 0.758, high: 1.000 },
        { defence: "smoothing", adaptive: false, hits: 12, of: 12, low: 0.758, high: 1.000 },
        { defence: "detector", adaptive: false, hits: 1, of: 12, low: 0.015, high: 0.354 },
      ] },
      { name: "PGD", cells: [
        { defence: "none", adaptive: true, hits: 12, of: 12, low: 0.758, high: 1.000 },
        { defence: "smoothing", adaptive: true, hits: 12, of: 12, low: 0.758, high: 1.000 },
        { defence: "detector", adaptive: true, hits: 12, of: 12, low: 0.758, high: 1.000 },
      ] },
      { name: "MI-FGSM", cells: [
        { defence: "none", adaptive: true, hits: 5, of: 5, low: 0.566, high: 1.000 },
        { defence: "smoothing", adaptive: false, hits: 5, of: 5, low: 0.566, high: 1.000 },
        { defence: "detector", adaptive: false, hits: 5, of: 5, low: 0.566, high: 1.000 },
      ] },
      { name: "TASAR", cells: [
        { defence: "none", adaptive: true, hits: 5, of: 5, low: 0.566, high: 1.000 },
        { defence: "smoothing", adaptive: false, hits: 5, of: 5, low: 0.566, high: 1.000 },
        { defence: "detector", adaptive: false, hits: 5, of: 5, low: 0.566, high: 1.000 },
      ] },
      { name: "Bone length", cells: [
        { defence: "none", adaptive: true, hits: 3, of: 5, low: 0.231, high: 0.882 },
        { defence: "smoothing", adaptive: false, hits: 3, of: 5, low: 0.231, high: 0.882 },
        { defence: "detector", adaptive: false, hits: 3, of: 5, low: 0.231, high: 0.882 },
      ] },
      { name: "Part swap", cells: [
        { defence: "none", adaptive: true, hits: 1, of: 5, low: 0.036, high: 0.624 },
        { defence: "smoothing", adaptive: false, hits: 1, of: 5, low: 0.036, high: 0.624 },
        { defence: "detector", adaptive: false, hits: 1, of: 5, low: 0.036, high: 0.624 },
      ] },
      { name: "BASAR", cells: [
        { defence: "none", adaptive: true, hits: 3, of: 4, low: 0.301, high: 0.954 },
        { defence: "smoothing", adaptive: false, hits: 2, of: 4, low: 0.150, high: 0.850 },
        { defence: "detector", adaptive: false, hits: 3, of: 4, low: 0.301, high: 0.954 },
      ] },
      { name: "CIASA, least likely class", cells: [
        { defence: "none", adaptive: true, hits: 5, of: 5, low: 0.566, high: 1.000 },
        { defence: "smoothing", adaptive: false, hits: 5, of: 5, low: 0.566, high: 1.000 },
        { defence: "detector", adaptive: false, hits: 5, of: 5, low: 0.566, high: 1.000 },
      ] },
    ],
  },
  "utd-mhad-st-gcn-robust": {
    weights: "716a5c77",
    share: 0.03,
    clips: 14,
    attacks: [
      { name: "Random noise", cells: [
        { defence: "none", adaptive: true, hits: 1, of: 6, low: 0.030, high: 0.564 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 5, low: 0.000, high: 0.434 },
        { defence: "detector", adaptive: false, hits: 0, of: 6, low: 0.000, high: 0.390 },
      ] },
      { name: "Random rotation", cells: [
        { defence: "none", adaptive: true, hits: 0, of: 6, low: 0.000, high: 0.390 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 5, low: 0.000, high: 0.434 },
        { defence: "detector", adaptive: false, hits: 0, of: 6, low: 0.000, high: 0.390 },
      ] },
      { name: "FGSM", cells: [
        { defence: "none", adaptive: true, hits: 5, of: 14, low: 0.163, high: 0.612 },
        { defence: "smoothing", adaptive: false, hits: 4, of: 13, low: 0.127, high: 0.576 },
        { defence: "detector", adaptive: false, hits: 0, of: 14, low: 0.000, high: 0.215 },
      ] },
      { name: "PGD", cells: [
        { defence: "none", adaptive: true, hits: 10, of: 14, low: 0.454, high: 0.883 },
        { defence: "smoothing", adaptive: true, hits: 9, of: 13, low: 0.424, high: 0.873 },
        { defence: "detector", adaptive: true, hits: 10, of: 14, low: 0.454, high: 0.883 },
      ] },
      { name: "MI-FGSM", cells: [
        { defence: "none", adaptive: true, hits: 3, of: 6, low: 0.188, high: 0.812 },
        { defence: "smoothing", adaptive: false, hits: 2, of: 5, low: 0.118, high: 0.769 },
        { defence: "detector", adaptive: false, hits: 0, of: 6, low: 0.000, high: 0.390 },
      ] },
      { name: "TASAR", cells: [
        { defence: "none", adaptive: true, hits: 6, of: 6, low: 0.610, high: 1.000 },
        { defence: "smoothing", adaptive: false, hits: 5, of: 5, low: 0.566, high: 1.000 },
        { defence: "detector", adaptive: false, hits: 2, of: 6, low: 0.097, high: 0.700 },
      ] },
      { name: "Bone length", cells: [
        { defence: "none", adaptive: true, hits: 1, of: 6, low: 0.030, high: 0.564 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 5, low: 0.000, high: 0.434 },
        { defence: "detector", adaptive: false, hits: 1, of: 6, low: 0.030, high: 0.564 },
      ] },
      { name: "Part swap", cells: [
        { defence: "none", adaptive: true, hits: 0, of: 6, low: 0.000, high: 0.390 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 5, low: 0.000, high: 0.434 },
        { defence: "detector", adaptive: false, hits: 0, of: 6, low: 0.000, high: 0.390 },
      ] },
      { name: "BASAR", cells: [
        { defence: "none", adaptive: true, hits: 1, of: 6, low: 0.030, high: 0.564 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 5, low: 0.000, high: 0.434 },
        { defence: "detector", adaptive: false, hits: 1, of: 6, low: 0.030, high: 0.564 },
      ] },
      { name: "CIASA, least likely class", cells: [
        { defence: "none", adaptive: true, hits: 0, of: 6, low: 0.000, high: 0.390 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 5, low: 0.000, high: 0.434 },
        { defence: "detector", adaptive: false, hits: 0, of: 6, low: 0.000, high: 0.390 },
      ] },
    ],
  },
};
