import type { ModelEntry } from "../core/types.ts";
import { type Counted, type Rate, summary } from "./rates.ts";
import type { Row } from "./rows.ts";
import type { LabSettings } from "./settings.ts";
import { chosenAttacks, type Setting } from "./sweeps.ts";

/** A line or a column of a matrix. */
export interface Head {
  id: string;
  name: string;
}

/** Rates by line and column. */
export interface Matrix {
  kind: "transfer" | "attacks";
  /** What lines and columns are, as words for their corner. */
  about: { lines: string; columns: string; foot: string };
  lines: Head[];
  columns: Head[];
  /** Null if the sweep has no such pair. All rates are of the returned iterate. */
  cells: (Rate | null)[][];
  /** Is this pair a white box among others that are not? */
  framed: (line: Head, column: Head) => boolean;
}

/**
 * The matrix of a transfer sweep: attacked networks before judges. On the diagonal the share of clips that reach the
 * goal, elsewhere the share whose class changes. A pair without a row yet is a rate of no clips.
 */
export function transferMatrix(settings: Setting[], rows: Row[], counted: Counted): Matrix {
  const attacked = unique(settings.map((one) => one.model));
  const judges = unique([...attacked, ...settings.map((one) => one.judge ?? one.model)]);
  const cells = attacked.map(({ id }) =>
    judges.map((judge) => {
      const planned = settings.some((one) => one.model.id === id && (one.judge ?? one.model).id === judge.id);
      const own = rows.filter((row) => row.model === id && row.judge === judge.id);
      return planned ? summary(own, counted).last : null;
    }),
  );
  return {
    kind: "transfer",
    about: {
      lines: "attacked",
      columns: "judges",
      foot: "Framed: white box, reached the goal. Others: changed class.",
    },
    lines: attacked,
    columns: judges,
    cells,
    framed: (line, column) => line.id === column.id,
  };
}

/** The matrix of attacks against networks: the share of clips that reach the attack's goal. */
export function attackMatrix(lab: LabSettings, settings: Setting[], rows: Row[], counted: Counted): Matrix {
  const columns = unique(settings.map((one) => one.model));
  const lines = chosenAttacks(lab);
  const cells = lines.map(({ id }) =>
    columns.map((network) => {
      const own = rows.filter((row) => row.setting === id && row.model === network.id);
      return summary(own, counted).last;
    }),
  );
  return {
    kind: "attacks",
    about: {
      lines: "attack",
      columns: "attacked network",
      foot: "Success: another class; with “least likely class” that class.",
    },
    lines,
    columns,
    cells,
    framed: () => false,
  };
}

/** A cell in words, with its count and interval. */
export function cellWords(matrix: Matrix, i: number, j: number): string {
  const [line, column] = [matrix.lines[i], matrix.columns[j]];
  if (!line || !column) return "";
  const pair =
    matrix.kind === "transfer"
      ? `${line.name} attacked, ${column.name} judges`
      : `${line.name}, ${matrix.about.columns} ${column.name}`;
  const rate = matrix.cells[i]?.[j] ?? null;
  if (!rate) return `${pair}: not chosen`;
  if (rate.of === 0) return `${pair}: no clip yet`;
  const { share, hits, of, low, high } = rate;
  const box = matrix.framed(line, column) ? "white box, " : "";
  return (
    `${pair}: ${box}${percent(share)} % (${hits} of ${of}; 95 % interval ${percent(low)} to ` +
    `${percent(high)} %)`
  );
}

/** The matrix as CSV, a row for each cell that has clips; shares and their Wilson interval from 0 to 1. */
export function matrixCsv({ about, lines, columns, cells }: Matrix): string {
  const head = [about.lines, about.columns, "hits", "of", "share", "low", "high"].map((name) =>
    name.replaceAll(" ", "_"),
  );
  const rows = lines.flatMap((line, i) =>
    columns.flatMap((column, j) => {
      const rate = cells[i]?.[j];
      if (!rate || rate.of === 0) return [];
      const { hits, of, share, low, high } = rate;
      return [[line.id, column.id, hits, of, ...[share, low, high].map((part) => Number(part.toFixed(4)))]];
    }),
  );
  return [head, ...rows].map((row) => `${row.join(",")}\n`).join("");
}

/** A share between 0 and 1 as a percentage with one decimal at most. */
export const percent = (share: number): number => Math.round(share * 1000) / 10;

function unique(models: ModelEntry[]): ModelEntry[] {
  return models.filter((one, i) => models.findIndex(({ id }) => id === one.id) === i);
}
