import { stepCsv as coreStepCsv } from "../../pkg/viewer/viewer.js";
import type { StepReport } from "./types.ts";

/**
 * An attack's reports as CSV, one row per step, as `ciasa attack --report` writes it. `classes`: names by class index.
 * Needs the module loaded.
 */
export function stepCsv(reports: StepReport[], classes: string[]): string {
  return coreStepCsv(reports, classes);
}
