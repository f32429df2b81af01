import { constraintsInWords, stopInWords } from "../core/attack-config.ts";
import type { EvalColumn } from "../core/eval-columns.ts";
import { peerOf } from "../core/peers.ts";
import type { ModelEntry } from "../core/types.ts";
import type { Row } from "./rows.ts";
import { experiments, type LabSettings } from "./settings.ts";

type Cell = string | number | boolean | null;

/** Columns that `ciasa eval` does not have. */
type OwnColumn = "joints" | "engine" | "batch";

/** Classes are named, as in the tables of `ciasa eval`. */
type Column = [name: EvalColumn | OwnColumn, of: (row: Row) => Cell];

const columns: Column[] = [
  ["setting", (row) => row.setting],
  ["model", (row) => row.model],
  ["judge", (row) => row.judge],
  ["dataset", (row) => row.dataset],
  ["clip", (row) => row.clip],
  ["label", (row) => row.label],
  ["clean", (row) => row.clean],
  ["clean_correct", (row) => row.correct],
  ["target", (row) => row.target],
  ["attack", (row) => peerOf(row.config)],
  ["epsilon", (row) => epsilon(row)],
  ["share", (row) => (row.height ? (epsilon(row) ?? Number.NaN) / row.height : null)],
  ["joints", ({ config }) => config.joints?.join(" ") ?? "all"],
  ["constraints", (row) => constraintsInWords(row.config)],
  ["projection", ({ config }) => (config.constraints.realign ? config.projection : null)],
  ["iterations", (row) => row.config.iterations],
  ["seed", (row) => row.config.seed],
  ["stop", (row) => stopInWords(row.config)],
  ["used", (row) => row.used],
  ["first", (row) => row.first],
  ["best", (row) => row.best],
  ["last", (row) => row.last],
  ["flags", (row) => row.flags],
  ["predicted", (row) => row.predicted],
  ["confidence", (row) => row.confidence],
  ["p_target", (row) => row.pTarget],
  ["hit", (row) => row.hit],
  ["fooled", (row) => row.fooled],
  ["linf", (row) => row.figures.linf],
  ["mean_displacement", (row) => row.figures.meanDisplacement],
  ["max_displacement", (row) => row.figures.maxDisplacement],
  ["bone_deviation", (row) => row.figures.boneDeviation],
  ["acceleration_change", (row) => row.figures.accelerationChange],
  ["epsilon_excess", (row) => row.figures.epsilonExcess],
  ["plausibility", (row) => row.figures.plausibility],
  ["seconds", (row) => row.seconds],
  ["engine", (row) => row.engine],
  ["batch", (row) => row.batch],
];

/** Rows of a sweep as CSV (RFC 4180, but lines end with LF). `models`: the attacked network and the judges. */
export function csv(rows: Row[], sweep: LabSettings["sweep"], models: ModelEntry[]): string {
  const of = (id: string) => models.find((model) => model.id === id);
  const digits = (id: string) =>
    of(id)
      ?.weights.map(({ sha256 }) => sha256.slice(0, 8))
      .join("+") ?? null;
  const first: EvalColumn[] = ["experiment", "weights", "judge_weights"];
  const head = [...first, ...columns.map(([name]) => name)];
  const lines = rows.map((row) => [
    experiments[sweep],
    digits(row.model),
    digits(row.judge),
    ...columns.map(([, value]) => value(row)),
  ]);
  return [head, ...lines].map((line) => `${line.map(cell).join(",")}\n`).join("");
}

function epsilon({ config }: Row): number | null {
  return typeof config.epsilon === "number" ? config.epsilon : null;
}

function cell(value: Cell): string {
  const text = value === null || Number.isNaN(value) ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
