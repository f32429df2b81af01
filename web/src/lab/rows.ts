import type { AttackConfig, Figures, ModelInfo, StepReport } from "../core/types.ts";
import type { Task } from "./plan.ts";

/** One clip under one setting, judged by one network. Lengths are in the layout's unit, classes are named. */
export interface Row {
  /** Of the task that it answers. */
  key: string;
  /** Ids of the setting and of the clip; where the clip is from. */
  setting: string;
  clip: string;
  name: string;
  dataset: "gallery" | "file";
  /** The class that the clip is labelled with, where it is. */
  label: string | null;
  /** From head to ankle; null where no frame shows it. */
  height: number | null;
  /** Ids of the network that was attacked and of the one that judges. */
  model: string;
  judge: string;
  config: AttackConfig;
  /** What computed it. */
  engine: string;
  /** What the judge says of the clean clip, and whether that is its label; null where the label is no class of it. */
  clean: string;
  correct: boolean | null;
  target: string | null;
  /** Steps taken. */
  used: number;
  /** Steps after which an iterate first reached the goal, and whether any did; null where the judge saw the last only. */
  first: number | null;
  best: boolean | null;
  /** What the judge says of the last iterate, with what probability, and the target's. */
  predicted: string;
  confidence: number;
  pTarget: number | null;
  /** Does it say the target? null where there is none. */
  hit: boolean | null;
  /** Does it say something else than of the clean clip? */
  fooled: boolean;
  figures: Figures;
  /** Its share of those that all attacks took that were computed together with it, itself counted: `batch`. */
  seconds: number;
  batch: number;
}

/** What an attack came to. */
export interface Outcome {
  reports: StepReport[];
  /** The last iterate, (T, M, V, C), and what the network holds of it, (classes). */
  data: Float32Array;
  probabilities: Float32Array;
  end: "held" | "iterations";
}

/**
 * Was the goal reached: the target, or untargeted any other class? Nothing was aimed at a judge that was not attacked: it is
 * fooled where it changes its mind, as in the paper's Table III.
 */
export const reached = ({ model, judge, hit, fooled }: Row): boolean =>
  model === judge ? (hit ?? fooled) : fooled;

/** The same of the best iterate, where more than the last was judged. */
export const reachedBest = (row: Row): boolean => row.best ?? reached(row);

/** The likeliest class; of equals the first, as the engine does it. */
export function likeliest(probabilities: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < probabilities.length; i += 1) {
    if ((probabilities[i] ?? 0) > (probabilities[best] ?? 0)) best = i;
  }
  return best;
}

/**
 * The row of an attack. A report's verdict is of the clip before its step, so the iterate that it judges had one step
 * less; `probabilities` judge the last iterate. null where there was no step.
 */
export function attackRow(
  task: Task,
  model: ModelInfo,
  { reports, probabilities, end }: Outcome,
  engine: string,
  height: number | null,
): Row | null {
  const last = reports.at(-1);
  if (!last) return null;
  const target = last.target === null ? null : (model.classes[last.target] ?? null);
  const seen = verdict(task, model, last.original, target, probabilities);
  const success = seen.hit ?? seen.fooled;
  const first = reports.find((report) => report.fooled);
  // The step after which the target had held left the clip as it was.
  const steps = end === "held" ? last.iteration - 1 : last.iteration;
  return {
    ...identity(task),
    ...seen,
    model: model.id,
    height,
    engine,
    used: last.iteration,
    first: first ? first.iteration - 1 : success ? steps : null,
    best: success || first !== undefined,
    figures: last.figures,
    seconds: 0,
    batch: 1,
  };
}

/** The row of another network that judges an attacked clip. */
export function judgedRow(
  task: Task,
  attacked: Row,
  judge: ModelInfo,
  clean: Float32Array,
  perturbed: Float32Array,
): Row {
  const seen = verdict(task, judge, likeliest(clean), attacked.target, perturbed);
  return { ...attacked, ...identity(task), ...seen, first: null, best: null, batch: 1 };
}

function verdict(task: Task, judge: ModelInfo, clean: number, target: string | null, seen: Float32Array) {
  const { classes } = judge;
  const { label } = task.clip;
  const name = (index: number) => classes[index] ?? String(index);
  const predicted = likeliest(seen);
  return {
    judge: judge.id,
    clean: name(clean),
    correct: label !== null && classes.includes(label) ? label === name(clean) : null,
    target,
    predicted: name(predicted),
    confidence: seen[predicted] ?? 0,
    pTarget: target === null ? null : (seen[classes.indexOf(target)] ?? null),
    hit: target === null ? null : name(predicted) === target,
    fooled: predicted !== clean,
  };
}

function identity({ key, clip, setting }: Task) {
  const dataset = clip.origin === "file" ? "file" : "gallery";
  return {
    key,
    setting: setting.id,
    clip: clip.id,
    name: clip.name,
    dataset,
    label: clip.label,
    config: setting.config,
  } as const;
}
