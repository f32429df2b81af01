import { usualEpsilon } from "../attack/config.ts";
import type { LayoutInfo } from "../core/layout.ts";
import type { AttackConfig } from "../core/types.ts";
import type { SweepId } from "../settings/sweep-ids.ts";

/** What `ciasa eval` calls them. */
export const experiments: Record<SweepId, string> = {
  "one-step": "figure2",
  basic: "table1",
  regions: "table2",
  ablation: "ablation",
  peers: "peers",
  transfer: "table3",
};

/** What a visitor sets for a sweep. Lengths are in the layout's unit. */
export interface LabSettings {
  sweep: SweepId;
  /** Ids of the clips; null: one of each class, drawn by the seed. */
  clips: string[] | null;
  /** null: the sweep's usual ones. */
  epsilons: number[] | null;
  alpha: number;
  lambda: number;
  /** Steps at most. */
  iterations: number;
  stop: AttackConfig["stop"];
  seed: number;
}

export function labDefaults(): LabSettings {
  return {
    sweep: "one-step",
    clips: null,
    epsilons: null,
    alpha: 0.01,
    lambda: 10,
    iterations: 100,
    stop: { kind: "confidence", confidence: 0.5, hold: 5 },
    seed: 1,
  };
}

/** A sweep over epsilons has a list of them, the others a single one. */
export const overEpsilons = (sweep: SweepId): boolean => sweep === "one-step" || sweep === "basic";

/**
 * The usual epsilons of a sweep. The paper's for the basic mode, 0.004 to 0.012 in its own unit, are 1 to 3 % of a body
 * (it calls 0.02 a twentieth); so are these, for a body of 1.5 m or three fifths of the picture.
 */
export function usualEpsilons(sweep: SweepId, layout: LayoutInfo): number[] {
  const shares = { "one-step": [0.1, 0.2, 0.4, 0.6, 1, 2], basic: [0.3, 0.45, 0.6, 0.75, 0.9] };
  const of = sweep === "one-step" || sweep === "basic" ? shares[sweep] : [sweep === "regions" ? 1.6 : 1];
  return of.map((share) => Number((share * usualEpsilon(layout)).toPrecision(3)));
}

/** Epsilons from what a visitor wrote, in increasing order; null where that is no list of lengths. */
export function parseEpsilons(text: string): number[] | null {
  const values = text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number);
  const fit = values.length > 0 && values.length <= 20 && values.every((value) => value > 0 && value <= 10);
  return fit ? [...new Set(values)].sort((a, b) => a - b) : null;
}
