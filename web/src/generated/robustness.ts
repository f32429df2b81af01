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
        { defence: "none", adaptive: true, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "randomised", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "detector", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
      ] },
      { name: "Random rotation", cells: [
        { defence: "none", adaptive: true, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "randomised", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "detector", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
      ] },
      { name: "FGSM", cells: [
        { defence: "none", adaptive: true, hits: 11, of: 13, low: 0.578, high: 0.957 },
        { defence: "smoothing", adaptive: false, hits: 11, of: 13, low: 0.578, high: 0.957 },
        { defence: "randomised", adaptive: false, hits: 8, of: 13, low: 0.355, high: 0.823 },
        { defence: "detector", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
      ] },
      { name: "PGD", cells: [
        { defence: "none", adaptive: true, hits: 13, of: 13, low: 0.772, high: 1.000 },
        { defence: "smoothing", adaptive: true, hits: 13, of: 13, low: 0.772, high: 1.000 },
        { defence: "randomised", adaptive: true, hits: 12, of: 13, low: 0.667, high: 0.986 },
        { defence: "detector", adaptive: true, hits: 13, of: 13, low: 0.772, high: 1.000 },
      ] },
      { name: "MI-FGSM", cells: [
        { defence: "none", adaptive: true, hits: 13, of: 13, low: 0.772, high: 1.000 },
        { defence: "smoothing", adaptive: false, hits: 13, of: 13, low: 0.772, high: 1.000 },
        { defence: "randomised", adaptive: false, hits: 11, of: 13, low: 0.578, high: 0.957 },
        { defence: "detector", adaptive: false, hits: 9, of: 13, low: 0.424, high: 0.873 },
      ] },
      { name: "TASAR", cells: [
        { defence: "none", adaptive: true, hits: 13, of: 13, low: 0.772, high: 1.000 },
        { defence: "smoothing", adaptive: false, hits: 13, of: 13, low: 0.772, high: 1.000 },
        { defence: "randomised", adaptive: false, hits: 12, of: 13, low: 0.667, high: 0.986 },
        { defence: "detector", adaptive: false, hits: 7, of: 13, low: 0.291, high: 0.768 },
      ] },
      { name: "Bone length", cells: [
        { defence: "none", adaptive: true, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "randomised", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "detector", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
      ] },
      { name: "Part swap", cells: [
        { defence: "none", adaptive: true, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "randomised", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "detector", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
      ] },
      { name: "BASAR", cells: [
        { defence: "none", adaptive: true, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "randomised", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "detector", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
      ] },
      { name: "CIASA, least likely class", cells: [
        { defence: "none", adaptive: true, hits: 11, of: 13, low: 0.578, high: 0.957 },
        { defence: "smoothing", adaptive: false, hits: 11, of: 13, low: 0.578, high: 0.957 },
        { defence: "randomised", adaptive: false, hits: 7, of: 13, low: 0.291, high: 0.768 },
        { defence: "detector", adaptive: false, hits: 10, of: 13, low: 0.497, high: 0.918 },
      ] },
    ],
  },
  "utd-mhad-st-gcn-bone-length": {
    weights: "24ae7480",
    share: 0.03,
    clips: 14,
    attacks: [
      { name: "Random noise", cells: [
        { defence: "none", adaptive: true, hits: 1, of: 14, low: 0.013, high: 0.315 },
        { defence: "smoothing", adaptive: false, hits: 1, of: 14, low: 0.013, high: 0.315 },
        { defence: "randomised", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "detector", adaptive: false, hits: 0, of: 14, low: 0.000, high: 0.215 },
      ] },
      { name: "Random rotation", cells: [
        { defence: "none", adaptive: true, hits: 0, of: 14, low: 0.000, high: 0.215 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 14, low: 0.000, high: 0.215 },
        { defence: "randomised", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "detector", adaptive: false, hits: 0, of: 14, low: 0.000, high: 0.215 },
      ] },
      { name: "FGSM", cells: [
        { defence: "none", adaptive: true, hits: 14, of: 14, low: 0.785, high: 1.000 },
        { defence: "smoothing", adaptive: false, hits: 14, of: 14, low: 0.785, high: 1.000 },
        { defence: "randomised", adaptive: false, hits: 10, of: 13, low: 0.497, high: 0.918 },
        { defence: "detector", adaptive: false, hits: 0, of: 14, low: 0.000, high: 0.215 },
      ] },
      { name: "PGD", cells: [
        { defence: "none", adaptive: true, hits: 14, of: 14, low: 0.785, high: 1.000 },
        { defence: "smoothing", adaptive: true, hits: 14, of: 14, low: 0.785, high: 1.000 },
        { defence: "randomised", adaptive: true, hits: 12, of: 13, low: 0.667, high: 0.986 },
        { defence: "detector", adaptive: true, hits: 14, of: 14, low: 0.785, high: 1.000 },
      ] },
      { name: "MI-FGSM", cells: [
        { defence: "none", adaptive: true, hits: 14, of: 14, low: 0.785, high: 1.000 },
        { defence: "smoothing", adaptive: false, hits: 14, of: 14, low: 0.785, high: 1.000 },
        { defence: "randomised", adaptive: false, hits: 11, of: 13, low: 0.578, high: 0.957 },
        { defence: "detector", adaptive: false, hits: 10, of: 14, low: 0.454, high: 0.883 },
      ] },
      { name: "TASAR", cells: [
        { defence: "none", adaptive: true, hits: 14, of: 14, low: 0.785, high: 1.000 },
        { defence: "smoothing", adaptive: false, hits: 14, of: 14, low: 0.785, high: 1.000 },
        { defence: "randomised", adaptive: false, hits: 11, of: 13, low: 0.578, high: 0.957 },
        { defence: "detector", adaptive: false, hits: 8, of: 14, low: 0.326, high: 0.786 },
      ] },
      { name: "Bone length", cells: [
        { defence: "none", adaptive: true, hits: 0, of: 14, low: 0.000, high: 0.215 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 14, low: 0.000, high: 0.215 },
        { defence: "randomised", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "detector", adaptive: false, hits: 0, of: 14, low: 0.000, high: 0.215 },
      ] },
      { name: "Part swap", cells: [
        { defence: "none", adaptive: true, hits: 0, of: 14, low: 0.000, high: 0.215 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 14, low: 0.000, high: 0.215 },
        { defence: "randomised", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "detector", adaptive: false, hits: 0, of: 14, low: 0.000, high: 0.215 },
      ] },
      { name: "BASAR", cells: [
        { defence: "none", adaptive: true, hits: 1, of: 14, low: 0.013, high: 0.315 },
        { defence: "smoothing", adaptive: false, hits: 1, of: 14, low: 0.013, high: 0.315 },
        { defence: "randomised", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "detector", adaptive: false, hits: 1, of: 14, low: 0.013, high: 0.315 },
      ] },
      { name: "CIASA, least likely class", cells: [
        { defence: "none", adaptive: true, hits: 12, of: 14, low: 0.601, high: 0.960 },
        { defence: "smoothing", adaptive: false, hits: 12, of: 14, low: 0.601, high: 0.960 },
        { defence: "randomised", adaptive: false, hits: 4, of: 13, low: 0.127, high: 0.576 },
        { defence: "detector", adaptive: false, hits: 11, of: 14, low: 0.524, high: 0.924 },
      ] },
    ],
  },
  "utd-mhad-st-gcn-heads": {
    weights: "c6899ce6+4c6c54a0",
    share: 0.03,
    clips: 14,
    attacks: [
      { name: "Random noise", cells: [
        { defence: "none", adaptive: true, hits: 1, of: 14, low: 0.013, high: 0.315 },
        { defence: "smoothing", adaptive: false, hits: 1, of: 14, low: 0.013, high: 0.315 },
        { defence: "randomised", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "detector", adaptive: false, hits: 0, of: 14, low: 0.000, high: 0.215 },
      ] },
      { name: "Random rotation", cells: [
        { defence: "none", adaptive: true, hits: 1, of: 14, low: 0.013, high: 0.315 },
        { defence: "smoothing", adaptive: false, hits: 1, of: 14, low: 0.013, high: 0.315 },
        { defence: "randomised", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "detector", adaptive: false, hits: 1, of: 14, low: 0.013, high: 0.315 },
      ] },
      { name: "FGSM", cells: [
        { defence: "none", adaptive: true, hits: 9, of: 14, low: 0.388, high: 0.837 },
        { defence: "smoothing", adaptive: false, hits: 9, of: 14, low: 0.388, high: 0.837 },
        { defence: "randomised", adaptive: false, hits: 6, of: 13, low: 0.232, high: 0.709 },
        { defence: "detector", adaptive: false, hits: 0, of: 14, low: 0.000, high: 0.215 },
      ] },
      { name: "PGD", cells: [
        { defence: "none", adaptive: true, hits: 14, of: 14, low: 0.785, high: 1.000 },
        { defence: "smoothing", adaptive: true, hits: 14, of: 14, low: 0.785, high: 1.000 },
        { defence: "randomised", adaptive: true, hits: 12, of: 13, low: 0.667, high: 0.986 },
        { defence: "detector", adaptive: true, hits: 14, of: 14, low: 0.785, high: 1.000 },
      ] },
      { name: "MI-FGSM", cells: [
        { defence: "none", adaptive: true, hits: 14, of: 14, low: 0.785, high: 1.000 },
        { defence: "smoothing", adaptive: false, hits: 14, of: 14, low: 0.785, high: 1.000 },
        { defence: "randomised", adaptive: false, hits: 8, of: 13, low: 0.355, high: 0.823 },
        { defence: "detector", adaptive: false, hits: 10, of: 14, low: 0.454, high: 0.883 },
      ] },
      { name: "TASAR", cells: [
        { defence: "none", adaptive: true, hits: 14, of: 14, low: 0.785, high: 1.000 },
        { defence: "smoothing", adaptive: false, hits: 14, of: 14, low: 0.785, high: 1.000 },
        { defence: "randomised", adaptive: false, hits: 12, of: 13, low: 0.667, high: 0.986 },
        { defence: "detector", adaptive: false, hits: 10, of: 14, low: 0.454, high: 0.883 },
      ] },
      { name: "Bone length", cells: [
        { defence: "none", adaptive: true, hits: 2, of: 14, low: 0.040, high: 0.399 },
        { defence: "smoothing", adaptive: false, hits: 2, of: 14, low: 0.040, high: 0.399 },
        { defence: "randomised", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "detector", adaptive: false, hits: 2, of: 14, low: 0.040, high: 0.399 },
      ] },
      { name: "Part swap", cells: [
        { defence: "none", adaptive: true, hits: 0, of: 14, low: 0.000, high: 0.215 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 14, low: 0.000, high: 0.215 },
        { defence: "randomised", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "detector", adaptive: false, hits: 0, of: 14, low: 0.000, high: 0.215 },
      ] },
      { name: "BASAR", cells: [
        { defence: "none", adaptive: true, hits: 1, of: 14, low: 0.013, high: 0.315 },
        { defence: "smoothing", adaptive: false, hits: 1, of: 14, low: 0.013, high: 0.315 },
        { defence: "randomised", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "detector", adaptive: false, hits: 1, of: 14, low: 0.013, high: 0.315 },
      ] },
      { name: "CIASA, least likely class", cells: [
        { defence: "none", adaptive: true, hits: 11, of: 14, low: 0.524, high: 0.924 },
        { defence: "smoothing", adaptive: false, hits: 11, of: 14, low: 0.524, high: 0.924 },
        { defence: "randomised", adaptive: false, hits: 8, of: 13, low: 0.355, high: 0.823 },
        { defence: "detector", adaptive: false, hits: 11, of: 14, low: 0.524, high: 0.924 },
      ] },
    ],
  },
  "utd-mhad-st-gcn-plain": {
    weights: "30fab588",
    share: 0.03,
    clips: 14,
    attacks: [
      { name: "Random noise", cells: [
        { defence: "none", adaptive: true, hits: 8, of: 12, low: 0.391, high: 0.862 },
        { defence: "smoothing", adaptive: false, hits: 7, of: 12, low: 0.320, high: 0.807 },
        { defence: "randomised", adaptive: false, hits: 0, of: 5, low: 0.000, high: 0.434 },
        { defence: "detector", adaptive: false, hits: 0, of: 12, low: 0.000, high: 0.242 },
      ] },
      { name: "Random rotation", cells: [
        { defence: "none", adaptive: true, hits: 10, of: 12, low: 0.552, high: 0.953 },
        { defence: "smoothing", adaptive: false, hits: 10, of: 12, low: 0.552, high: 0.953 },
        { defence: "randomised", adaptive: false, hits: 0, of: 5, low: 0.000, high: 0.434 },
        { defence: "detector", adaptive: false, hits: 10, of: 12, low: 0.552, high: 0.953 },
      ] },
      { name: "FGSM", cells: [
        { defence: "none", adaptive: true, hits: 12, of: 12, low: 0.758, high: 1.000 },
        { defence: "smoothing", adaptive: false, hits: 12, of: 12, low: 0.758, high: 1.000 },
        { defence: "randomised", adaptive: false, hits: 3, of: 5, low: 0.231, high: 0.882 },
        { defence: "detector", adaptive: false, hits: 1, of: 12, low: 0.015, high: 0.354 },
      ] },
      { name: "PGD", cells: [
        { defence: "none", adaptive: true, hits: 12, of: 12, low: 0.758, high: 1.000 },
        { defence: "smoothing", adaptive: true, hits: 12, of: 12, low: 0.758, high: 1.000 },
        { defence: "randomised", adaptive: true, hits: 5, of: 5, low: 0.566, high: 1.000 },
        { defence: "detector", adaptive: true, hits: 12, of: 12, low: 0.758, high: 1.000 },
      ] },
      { name: "MI-FGSM", cells: [
        { defence: "none", adaptive: true, hits: 12, of: 12, low: 0.758, high: 1.000 },
        { defence: "smoothing", adaptive: false, hits: 12, of: 12, low: 0.758, high: 1.000 },
        { defence: "randomised", adaptive: false, hits: 4, of: 5, low: 0.376, high: 0.964 },
        { defence: "detector", adaptive: false, hits: 10, of: 12, low: 0.552, high: 0.953 },
      ] },
      { name: "TASAR", cells: [
        { defence: "none", adaptive: true, hits: 12, of: 12, low: 0.758, high: 1.000 },
        { defence: "smoothing", adaptive: false, hits: 12, of: 12, low: 0.758, high: 1.000 },
        { defence: "randomised", adaptive: false, hits: 5, of: 5, low: 0.566, high: 1.000 },
        { defence: "detector", adaptive: false, hits: 10, of: 12, low: 0.552, high: 0.953 },
      ] },
      { name: "Bone length", cells: [
        { defence: "none", adaptive: true, hits: 7, of: 12, low: 0.320, high: 0.807 },
        { defence: "smoothing", adaptive: false, hits: 8, of: 12, low: 0.391, high: 0.862 },
        { defence: "randomised", adaptive: false, hits: 0, of: 5, low: 0.000, high: 0.434 },
        { defence: "detector", adaptive: false, hits: 7, of: 12, low: 0.320, high: 0.807 },
      ] },
      { name: "Part swap", cells: [
        { defence: "none", adaptive: true, hits: 2, of: 12, low: 0.047, high: 0.448 },
        { defence: "smoothing", adaptive: false, hits: 2, of: 12, low: 0.047, high: 0.448 },
        { defence: "randomised", adaptive: false, hits: 0, of: 5, low: 0.000, high: 0.434 },
        { defence: "detector", adaptive: false, hits: 2, of: 12, low: 0.047, high: 0.448 },
      ] },
      { name: "BASAR", cells: [
        { defence: "none", adaptive: true, hits: 9, of: 12, low: 0.468, high: 0.911 },
        { defence: "smoothing", adaptive: false, hits: 8, of: 12, low: 0.391, high: 0.862 },
        { defence: "randomised", adaptive: false, hits: 0, of: 5, low: 0.000, high: 0.434 },
        { defence: "detector", adaptive: false, hits: 9, of: 12, low: 0.468, high: 0.911 },
      ] },
      { name: "CIASA, least likely class", cells: [
        { defence: "none", adaptive: true, hits: 11, of: 12, low: 0.646, high: 0.985 },
        { defence: "smoothing", adaptive: false, hits: 11, of: 12, low: 0.646, high: 0.985 },
        { defence: "randomised", adaptive: false, hits: 0, of: 5, low: 0.000, high: 0.434 },
        { defence: "detector", adaptive: false, hits: 11, of: 12, low: 0.646, high: 0.985 },
      ] },
    ],
  },
  "utd-mhad-st-gcn-robust": {
    weights: "716a5c77",
    share: 0.03,
    clips: 14,
    attacks: [
      { name: "Random noise", cells: [
        { defence: "none", adaptive: true, hits: 1, of: 14, low: 0.013, high: 0.315 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "randomised", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "detector", adaptive: false, hits: 0, of: 14, low: 0.000, high: 0.215 },
      ] },
      { name: "Random rotation", cells: [
        { defence: "none", adaptive: true, hits: 0, of: 14, low: 0.000, high: 0.215 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "randomised", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "detector", adaptive: false, hits: 0, of: 14, low: 0.000, high: 0.215 },
      ] },
      { name: "FGSM", cells: [
        { defence: "none", adaptive: true, hits: 5, of: 14, low: 0.163, high: 0.612 },
        { defence: "smoothing", adaptive: false, hits: 4, of: 13, low: 0.127, high: 0.576 },
        { defence: "randomised", adaptive: false, hits: 4, of: 13, low: 0.127, high: 0.576 },
        { defence: "detector", adaptive: false, hits: 0, of: 14, low: 0.000, high: 0.215 },
      ] },
      { name: "PGD", cells: [
        { defence: "none", adaptive: true, hits: 10, of: 14, low: 0.454, high: 0.883 },
        { defence: "smoothing", adaptive: true, hits: 9, of: 13, low: 0.424, high: 0.873 },
        { defence: "randomised", adaptive: true, hits: 7, of: 13, low: 0.291, high: 0.768 },
        { defence: "detector", adaptive: true, hits: 10, of: 14, low: 0.454, high: 0.883 },
      ] },
      { name: "MI-FGSM", cells: [
        { defence: "none", adaptive: true, hits: 8, of: 14, low: 0.326, high: 0.786 },
        { defence: "smoothing", adaptive: false, hits: 7, of: 13, low: 0.291, high: 0.768 },
        { defence: "randomised", adaptive: false, hits: 5, of: 13, low: 0.177, high: 0.645 },
        { defence: "detector", adaptive: false, hits: 0, of: 14, low: 0.000, high: 0.215 },
      ] },
      { name: "TASAR", cells: [
        { defence: "none", adaptive: true, hits: 12, of: 14, low: 0.601, high: 0.960 },
        { defence: "smoothing", adaptive: false, hits: 11, of: 13, low: 0.578, high: 0.957 },
        { defence: "randomised", adaptive: false, hits: 10, of: 13, low: 0.497, high: 0.918 },
        { defence: "detector", adaptive: false, hits: 5, of: 14, low: 0.163, high: 0.612 },
      ] },
      { name: "Bone length", cells: [
        { defence: "none", adaptive: true, hits: 1, of: 14, low: 0.013, high: 0.315 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "randomised", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "detector", adaptive: false, hits: 1, of: 14, low: 0.013, high: 0.315 },
      ] },
      { name: "Part swap", cells: [
        { defence: "none", adaptive: true, hits: 0, of: 14, low: 0.000, high: 0.215 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "randomised", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "detector", adaptive: false, hits: 0, of: 14, low: 0.000, high: 0.215 },
      ] },
      { name: "BASAR", cells: [
        { defence: "none", adaptive: true, hits: 1, of: 14, low: 0.013, high: 0.315 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "randomised", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "detector", adaptive: false, hits: 1, of: 14, low: 0.013, high: 0.315 },
      ] },
      { name: "CIASA, least likely class", cells: [
        { defence: "none", adaptive: true, hits: 0, of: 14, low: 0.000, high: 0.215 },
        { defence: "smoothing", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "randomised", adaptive: false, hits: 0, of: 13, low: 0.000, high: 0.228 },
        { defence: "detector", adaptive: false, hits: 0, of: 14, low: 0.000, high: 0.215 },
      ] },
    ],
  },
};
