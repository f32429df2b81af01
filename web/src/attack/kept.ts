import type { Clip } from "../base/clip.ts";
import type { AttackConfig, Metrics, Recognition } from "../core/types.ts";
import type { ActiveAttack } from "./active-attack.ts";
import type { Attribution } from "./attribution.ts";

/** An answer of a network: a class and its probability. */
export interface Answer {
  readonly label: string;
  readonly p: number;
}

/** A result of an attack, as it is compared with another one. */
export interface Kept {
  readonly clip: Clip;
  /** The attacked values, (T, M, V, C). */
  readonly data: Float32Array;
  readonly network: string;
  readonly config: AttackConfig;
  readonly classes: string[];
  /** The network's answers to the clean and to the attacked clip. */
  readonly clean: Answer;
  readonly now: Answer;
  readonly steps: number;
  readonly figures: Metrics;
  readonly attribution: Attribution | null;
}

/** The attack's latest result; null while it has none. `before`: what its network sees in the clean clip. */
export function resultOf(
  attack: ActiveAttack | null,
  before: Recognition | null,
  network: string,
  attribution: Attribution | null,
): Kept | null {
  const { data, last, after } = attack ?? {};
  const [clean] = before?.top ?? [];
  const [now] = after ?? [];
  if (!attack || !data || !last || !clean || !now) return null;
  const { clip, config, classes } = attack;
  const answer = ({ index, p }: { index: number; p: number }) => ({ label: classes[index] ?? "", p });
  return {
    clip,
    data,
    network,
    config,
    classes,
    clean: answer(clean),
    now: answer(now),
    steps: last.iteration,
    figures: last.figures,
    attribution: attribution?.data === data ? attribution : null,
  };
}
