import { usualEpsilon } from "../attack/config.ts";
import type { LayoutInfo } from "../core/layout.ts";
import type { AttackConfig } from "../core/types.ts";
import type { SweepId } from "../settings/sweep-ids.ts";

/** Names of the sweeps in `ciasa eval`. */
export const experiments: Record<SweepId, string> = {
  "one-step": "figure2",
  basic: "table1",
  regions: "table2",
  ablation: "ablation",
  peers: "peers",
  transfer: "table3",
  matrix: "matrix",
};

/** The visitor's settings of a sweep. Lengths are in the layout's unit. */
export interface LabSettings {
  sweep: SweepId;
  /** Ids of the clips; null: one of each class, drawn by the seed. */
  clips: string[] | null;
  /** Ids of the networks that transfer and matrix attack; null: the loaded one. */
  attacked: string[] | null;
  /** Ids of the networks that judge in transfer; null: all with the loaded one's classes. */
  judges: string[] | null;
  /** Ids of the matrix's attacks; null: the usual ones. */
  attacks: string[] | null;
  /** null: the sweep's defaults. */
  epsilons: number[] | null;
  alpha: number;
  lambda: number;
  /** Most steps per attack. */
  iterations: number;
  stop: AttackConfig["stop"];
  seed: number;
}

export function labDefaults(): LabSettings {
  return {
    sweep: "one-step",
    clips: null,
    attacked: null,
    judges: null,
    attacks: null,
    epsilons: null,
    alpha: 0.01,
    lambda: 10,
    iterations: 100,
    stop: { kind: "confidence", confidence: 0.5, hold: 5 },
    seed: 1,
  };
}

/** Does the sweep vary epsilon? The others take a single one. */
export const overEpsilons = (sweep: SweepId): boolean => sweep === "one-step" || sweep === "basic";

/**
 * The default epsilons of a sweep. The paper's for the basic mode, 0.004 to 0.012 in its own unit, are 1 to 3 % of
 * the body height (it calls 0.02 a twentieth); so are these, for a body of 1.5 m or three fifths of the picture.
 */
export function usualEpsilons(sweep: SweepId, layout: LayoutInfo): number[] {
  const shares = { "one-step": [0.1, 0.2, 0.4, 0.6, 1, 2], basic: [0.3, 0.45, 0.6, 0.75, 0.9] };
  const of = sweep === "one-step" || sweep === "basic" ? shares[sweep] : [sweep === "regions" ? 1.6 : 1];
  return of.map((share) => Number((share * usualEpsilon(layout)).toPrecision(3)));
}

/** Parses a visitor's list of 1 to 20 epsilons, in increasing order; null if it is invalid. */
export function parseEpsilons(text: string): number[] | null {
  const values = text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number);
  const fit = values.length > 0 && values.length <= 20 && values.every((value) => value > 0 && value <= 10);
  return fit ? [...new Set(values)].sort((a, b) => a - b) : null;
}
