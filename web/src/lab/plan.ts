import type { Entry } from "../clips/library.ts";
import type { ModelInfo } from "../core/types.ts";
import { oneEach } from "./sample.ts";
import type { LabSettings } from "./settings.ts";
import { type Ground, type Setting, settingsOf } from "./sweeps.ts";

/** One clip under one setting: an attack, or another network's judgement of it. */
export interface Task {
  /** The same for the same clip, settings and weights: what has a row is not computed again. */
  key: string;
  clip: Entry;
  setting: Setting;
  /** For a judgement: the attack that it needs. */
  needs: Task | null;
}

/** All tasks of a sweep, in the order in which they are computed. */
export interface Plan {
  clips: Entry[];
  settings: Setting[];
  tasks: Task[];
  /** Keys of the attacks whose clips are judged later. */
  kept: ReadonlySet<string>;
}

export const emptyPlan: Plan = { clips: [], settings: [], tasks: [], kept: new Set() };

/** The clips of these that the sweep is about: those chosen, else one of each class. */
export function chosenClips(lab: LabSettings, entries: Entry[], model: ModelInfo): Entry[] {
  const fitting = entries.filter((entry) => entry.layout === model.layout);
  const usual = fitting.filter((entry) => entry.origin !== "file" && !entry.outOfDistribution);
  const drawn = oneEach(usual.length > 0 ? usual : fitting, model.classes, lab.seed);
  const ids = new Set(lab.clips ?? drawn);
  return fitting.filter((entry) => ids.has(entry.id));
}

/** Clip by clip, so that after each one every setting has as many rows; other networks judge when all is attacked. */
export function plan(lab: LabSettings, entries: Entry[], ground: Ground): Plan {
  const clips = chosenClips(lab, entries, ground.model);
  const settings = settingsOf(lab, ground);
  const [own, judged] = [settings.filter((one) => !one.judge), settings.filter((one) => one.judge)];
  const attacks = clips.flatMap((clip) => own.map((setting) => task(clip, setting, ground.model, null)));
  const judgements = judged.flatMap((setting) =>
    attacks.map((needs) => task(needs.clip, setting, ground.model, needs)),
  );
  const kept = new Set(judged.length > 0 ? attacks.map((one) => one.key) : []);
  return { clips, settings, tasks: [...attacks, ...judgements], kept };
}

/**
 * `first` and the tasks after it that can be computed together with it, as far as the rest of a plan allows: attacks of the same
 * kind on clips with as many frames. Those of other kinds take their steps in another way (`attack/resident.rs`).
 */
export function together(first: Task, others: Task[]): Task[] {
  const fits = ({ needs, clip, setting: { config } }: Task) =>
    !needs &&
    clip.frames === first.clip.frames &&
    config.method === first.setting.config.method &&
    config.restraint === first.setting.config.restraint;
  return first.needs ? [first] : [first, ...others.filter((one) => one !== first && fits(one))];
}

function task(clip: Entry, setting: Setting, model: ModelInfo, needs: Task | null): Task {
  const key = JSON.stringify([
    clip.id,
    weights(model),
    setting.judge && weights(setting.judge),
    setting.config,
  ]);
  return { key, clip, setting, needs };
}

/** What a network is, whatever its name: the hashes of its files. */
export const weights = (model: ModelInfo): string =>
  `${model.id} ${model.weights.map((one) => one.sha256).join(" ")}`;
