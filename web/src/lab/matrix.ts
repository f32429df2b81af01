import type { ModelEntry } from "../core/types.ts";
import { type Counted, type Rate, summary } from "./rates.ts";
import type { Row } from "./rows.ts";
import type { Setting } from "./sweeps.ts";

/** Rates of attacked networks (rows) before judges (columns). */
export interface Matrix {
  attacked: ModelEntry[];
  judges: ModelEntry[];
  /**
   * By row and column; null if the sweep has no such pair. On the diagonal the share of clips that reach the goal,
   * elsewhere the share whose class changes. Both are of the returned iterate.
   */
  cells: (Rate | null)[][];
}

/** The matrix of a transfer sweep. A pair without a row yet is a rate of no clips. */
export function matrix(settings: Setting[], rows: Row[], counted: Counted): Matrix {
  const attacked = unique(settings.map((one) => one.model));
  const judges = unique([...attacked, ...settings.map((one) => one.judge ?? one.model)]);
  const cells = attacked.map(({ id }) =>
    judges.map((judge) => {
      const planned = settings.some((one) => one.model.id === id && (one.judge ?? one.model).id === judge.id);
      const own = rows.filter((row) => row.model === id && row.judge === judge.id);
      return planned ? summary(own, counted).last : null;
    }),
  );
  return { attacked, judges, cells };
}

/** A cell in words, with its count and interval. */
export function cellWords(rate: Rate | null, attacked: ModelEntry, judge: ModelEntry): string {
  const pair = `${attacked.name} attacked, ${judge.name} judges`;
  if (!rate) return `${pair}: not chosen`;
  if (rate.of === 0) return `${pair}: no clip yet`;
  const { share, hits, of, low, high } = rate;
  const box = attacked.id === judge.id ? "white box, " : "";
  return (
    `${pair}: ${box}${percent(share)} % (${hits} of ${of}; 95 % interval ${percent(low)} to ` +
    `${percent(high)} %)`
  );
}

/** A share between 0 and 1 as a percentage with one decimal at most. */
export const percent = (share: number): number => Math.round(share * 1000) / 10;

function unique(models: ModelEntry[]): ModelEntry[] {
  return models.filter((one, i) => models.findIndex(({ id }) => id === one.id) === i);
}
