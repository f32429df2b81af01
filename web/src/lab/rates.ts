import { accelerationRms } from "../core/acceleration.ts";
import { wilson } from "../core/wilson.ts";
import { type Row, reached, reachedBest } from "./rows.ts";

/** A share `hits / of` with its Wilson interval of 95 %. */
export interface Rate {
  hits: number;
  of: number;
  /** Between 0 and 1; NaN if `of` is 0. */
  share: number;
  /** The interval, within 0 and 1; 0 to 1 if `of` is 0. */
  low: number;
  high: number;
}

/** The share with its interval. */
export function rate(hits: number, of: number): Rate {
  return { hits, of, share: hits / of, ...wilson(hits, of) };
}

/** The clips that count: all, or those that the network classifies correctly when clean. */
export type Counted = "correct" | "all";

/** Rates and means of one setting. */
export interface Summary {
  /** Fooling rates: of the returned iterate, and of attacks of which any iterate reached the goal. */
  last: Rate;
  best: Rate;
  /** How often the returned iterate's class differs from the clean clip's, whatever the target. */
  changed: Rate;
  /** The judge's accuracy on labelled clips, before and after the attack. */
  before: Rate;
  after: Rate;
  /** Means over the clips; null if no clip has the figure. */
  first: number | null;
  displacement: number | null;
  boneDeviation: number | null;
  /** Of the clips' root mean squares, in the layout's unit per frame squared. */
  acceleration: number | null;
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
    acceleration: mean(kept.map((row) => accelerationRms(row.figures))),
    plausibility: mean(kept.map((row) => row.figures.plausibility)),
    epsilonExcess: mean(kept.map((row) => row.figures.epsilonExcess)),
  };
}

function mean(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}
