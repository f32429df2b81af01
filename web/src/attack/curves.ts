import type { AttackConfig, StepReport } from "../core/types.ts";

/** A line of a chart over the steps of an attack. */
export interface Curve {
  name: string;
  /** Custom property that holds its colour. */
  colour: string;
  dash: number[];
  /** Drawn only for attacks with this restraint. */
  restraint?: "ciasa" | "smart";
  value: (report: StepReport) => number | null;
}

export type CurveKind = "probabilities" | "losses" | "distance";

/** The charts of an attack. */
export const curves: Record<CurveKind, { title: string; empty: string; lines: Curve[] }> = {
  probabilities: {
    title: "Probabilities",
    empty: "The probabilities of the original and the target class appear here.",
    lines: [
      { name: "original", colour: "--clean", dash: [], value: (report) => report.pOriginal },
      { name: "target", colour: "--perturbed", dash: [7, 4], value: (report) => report.pTarget },
    ],
  },
  distance: {
    title: "Distance",
    empty: "The distance of the nearest clip that succeeds appears here, over the queries.",
    lines: [
      {
        name: "largest change of a coordinate",
        colour: "--perturbed",
        dash: [],
        value: (report) => report.distance,
      },
    ],
  },
  losses: {
    title: "Losses",
    empty: "Each part of the loss appears here.",
    lines: [
      { name: "total", colour: "--ink", dash: [], value: (report) => report.losses.total },
      {
        name: "prediction",
        colour: "--perturbed",
        dash: [7, 4],
        value: (report) => report.losses.prediction,
      },
      {
        name: "smooth",
        colour: "--clean",
        dash: [2, 3],
        restraint: "ciasa",
        value: (report) => report.losses.smooth,
      },
      {
        name: "perceptual",
        colour: "--clean",
        dash: [2, 3],
        restraint: "smart",
        value: (report) => report.losses.perceptual,
      },
      {
        name: "adversarial",
        colour: "--good",
        dash: [9, 3, 2, 3],
        restraint: "ciasa",
        value: (report) => report.losses.adversarial,
      },
      {
        name: "discriminator",
        colour: "--ink-3",
        dash: [4, 4],
        restraint: "ciasa",
        value: (report) => report.losses.discriminator,
      },
    ],
  },
};

/** The lines that an attack with this restraint has. */
export const linesOf = (kind: CurveKind, restraint: AttackConfig["restraint"]): Curve[] =>
  curves[kind].lines.filter((line) => (line.restraint ?? restraint) === restraint);
