import type { StepReport } from "./types.ts";

/** An attack's reports as CSV, one row per step. `classes`: names by class index. */
export function stepCsv(reports: StepReport[], classes: string[]): string {
  const head = [
    ...["step", "predicted", "p_original", "p_target", "loss_total", "loss_prediction", "loss_smooth"],
    ...["loss_adversarial", "loss_perceptual", "loss_discriminator", "linf", "mean_displacement"],
    ...["max_displacement", "bone_deviation", "acceleration_change", "plausibility", "epsilon_excess"],
  ];
  const rows = reports.map(({ iteration, predicted, pOriginal, pTarget, losses, figures }) => [
    ...[iteration, JSON.stringify(classes[predicted] ?? ""), pOriginal, pTarget ?? ""],
    ...[losses.total, losses.prediction, losses.smooth],
    ...[losses.adversarial, losses.perceptual, losses.discriminator],
    ...[figures.linf, figures.meanDisplacement, figures.maxDisplacement, figures.boneDeviation],
    ...[figures.accelerationChange, figures.plausibility ?? "", figures.epsilonExcess],
  ]);
  return [head, ...rows].map((row) => `${row.join(",")}\n`).join("");
}
