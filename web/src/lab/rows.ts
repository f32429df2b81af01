import type { AttackConfig, Metrics, ModelEntry, StepReport } from "../core/types.ts";
import type { Task } from "./plan.ts";

/** One clip under one setting, judged by one network. Lengths are in the layout's unit, classes are names. */
export interface Row {
  /** The task's key. */
  key: string;
  /** Ids of the setting and of the clip, the clip's name and origin. */
  setting: string;
  clip: string;
  name: string;
  dataset: "gallery" | "file";
  /** The clip's label, if it has one. */
  label: string | null;
  /** Body height, head to ankle; null if no frame shows it. */
  height: number | null;
  /** Ids of the attacked network and of the judging one. */
  model: string;
  judge: string;
  config: AttackConfig;
  /** The device that computed it. */
  engine: string;
  /** The judge's class for the clean clip, and whether it is the label; null if the label is not one of its classes. */
  clean: string;
  correct: boolean | null;
  target: string | null;
  /** Steps taken. */
  used: number;
  /**
   * Steps until an iterate first reached the goal, and whether any did; null if only the returned iterate was judged.
   */
  first: number | null;
  best: boolean | null;
  /** Does the last iterate reach the goal, whichever is returned? null if it was not judged. */
  last: boolean | null;
  /** Indicators of failure with a space between them, or "none"; null if nobody looked for them. */
  flags: string | null;
  /** The judge's class for the returned iterate, its probability, and the target's probability. */
  predicted: string;
  confidence: number;
  pTarget: number | null;
  /** Is that class the target? null if untargeted. */
  hit: boolean | null;
  /** Does that class differ from the clean clip's? */
  fooled: boolean;
  figures: Metrics;
  /** Its share of the time of the `batch` attacks that were computed together, this one included. */
  seconds: number;
  batch: number;
}

/** The result of an attack. */
export interface Outcome {
  reports: StepReport[];
  /** The returned iterate, (T, M, V, C), and the network's probabilities for it, (classes). */
  data: Float32Array;
  probabilities: Float32Array;
  end: "held" | "iterations";
}

/**
 * Did the returned iterate reach the goal: the target, or any other class if untargeted? A judge that was not attacked
 * counts as fooled if its class changes, as in the paper's Table III.
 */
export const reached = ({ model, judge, hit, fooled }: Row): boolean =>
  model === judge ? (hit ?? fooled) : fooled;

/** The same for any iterate; only the returned one counts if no other was judged. */
export const reachedBest = (row: Row): boolean => row.best ?? reached(row);

/** The most likely class; the first of equals, as in the engine. */
export function likeliest(probabilities: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < probabilities.length; i += 1) {
    if ((probabilities[i] ?? 0) > (probabilities[best] ?? 0)) best = i;
  }
  return best;
}

/**
 * The row of an attack; null without a step. A report's verdict is of the clip before its step, so the judged iterate
 * has one step less; `probabilities` are of the returned one.
 */
export function attackRow(
  task: Task,
  model: ModelEntry,
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
  // The step in which the stop rule ended the attack did not move the clip.
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
    last: last.outcome?.last.fooled ?? null,
    flags: last.outcome ? last.outcome.flags.join(" ") || "none" : null,
    figures: last.figures,
    seconds: 0,
    batch: 1,
  };
}

/** The row of a judgement of an attacked clip by another network. */
export function judgedRow(
  task: Task,
  attacked: Row,
  judge: ModelEntry,
  clean: Float32Array,
  perturbed: Float32Array,
): Row {
  const seen = verdict(task, judge, likeliest(clean), attacked.target, perturbed);
  return {
    ...attacked,
    ...identity(task),
    ...seen,
    first: null,
    best: null,
    last: null,
    flags: null,
    batch: 1,
  };
}

function verdict(task: Task, judge: ModelEntry, clean: number, target: string | null, seen: Float32Array) {
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
