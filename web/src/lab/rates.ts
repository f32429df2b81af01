import { type Row, reached, reachedBest } from "./rows.ts";

/** A share of so many, with its Wilson interval of 95 %. */
export interface Rate {
  hits: number;
  of: number;
  /** All three between 0 and 1; NaN where there is nothing to share. */
  share: number;
  low: number;
  high: number;
}

/** The 97.5 % point of the normal distribution: two sides of 2.5 % leave 95 %. */
const Z = 1.959963984540054;

/** Wilson's score interval (E. B. Wilson, 1927): stays within 0 and 1, and is sound for few clips. */
export function rate(hits: number, of: number): Rate {
  if (of === 0) return { hits, of, share: Number.NaN, low: Number.NaN, high: Number.NaN };
  const share = hits / of;
  const square = Z * Z;
  const centre = share + square / (2 * of);
  const half = Z * Math.sqrt((share * (1 - share) + square / (4 * of)) / of);
  const scale = 1 + square / of;
  return {
    hits,
    of,
    share,
    low: Math.max(0, (centre - half) / scale),
    high: Math.min(1, (centre + half) / scale),
  };
}

/** Which clips count: all of them, or those that the clean network names rightly. */
export type Counted = "correct" | "all";

/** What one setting did to its clips. */
export interface Summary {
  /** Fooling rates: of the last iterate, and of the best. */
  last: Rate;
  best: Rate;
  /** How often the last iterate's class is another than the clean clip's, whatever the target. */
  changed: Rate;
  /** The judge's accuracy on labelled clips, before and after. */
  before: Rate;
  after: Rate;
  /** Means over the clips; null where no clip has such a figure. */
  first: number | null;
  displacement: number | null;
  boneDeviation: number | null;
  accelerationChange: number | null;
  plausibility: number | null;
  epsilonExcess: number | null;
}

export function summary(rows: Row[], counted: Counted): Summary {
  const kept = counted === "all" ? rows : rows.filter((row) => row.correct === true);
  const labelled = kept.filter((row) => row.correct !== null);
  const share = (of: Row[], test: (row: Row) => boolean) => rate(of.filter(test).length, of.length);
  return {
    last: share(kept, reached),
    best: share(kept, reachedBest),
    changed: share(kept, (row) => row.fooled),
    before: share(labelled, (row) => row.correct === true),
    after: share(labelled, (row) => row.predicted === row.label),
    first: mean(kept.map((row) => row.first)),
    displacement: mean(kept.map((row) => row.figures.meanDisplacement)),
    boneDeviation: mean(kept.map((row) => row.figures.boneDeviation)),
    accelerationChange: mean(kept.map((row) => row.figures.accelerationChange)),
    plausibility: mean(kept.map((row) => row.figures.plausibility)),
    epsilonExcess: mean(kept.map((row) => row.figures.epsilonExcess)),
  };
}

function mean(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}
