import type { Entry } from "../clips/gallery.ts";
import type { ModelEntry } from "../core/types.ts";
import { oneEach } from "./sample.ts";
import type { LabSettings } from "./settings.ts";
import { type Ground, type Setting, settingsOf } from "./sweeps.ts";

/** One clip under one setting: an attack, or the judgement of an attacked clip by another network. */
export interface Task {
  /** Equal for equal clip, settings and weights, so that no row is computed twice. */
  key: string;
  clip: Entry;
  setting: Setting;
  /** For a judgement: the attack to judge. */
  needs: Task | null;
}

/** All tasks of a sweep, in the order of computation. */
export interface Plan {
  clips: Entry[];
  settings: Setting[];
  tasks: Task[];
  /** Keys of the attacks whose clips are judged later. */
  kept: ReadonlySet<string>;
}

export const emptyPlan: Plan = { clips: [], settings: [], tasks: [], kept: new Set() };

/** The sweep's clips: the chosen ones, or one of each class. */
export function chosenClips(lab: LabSettings, entries: Entry[], model: ModelEntry): Entry[] {
  const fitting = entries.filter((entry) => entry.layout === model.layout);
  const usual = fitting.filter((entry) => entry.origin !== "file" && !entry.outOfDistribution);
  const drawn = oneEach(usual.length > 0 ? usual : fitting, model.classes, lab.seed);
  const ids = new Set(lab.clips ?? drawn);
  return fitting.filter((entry) => ids.has(entry.id));
}

/**
 * Plans clip by clip, so that all settings get rows at the same rate; other networks judge at the end. Tasks of one
 * network follow each other, as each change of network loads its weights.
 */
export function plan(lab: LabSettings, entries: Entry[], ground: Ground): Plan {
  const clips = chosenClips(lab, entries, ground.model);
  const settings = settingsOf(lab, ground);
  const [own, judged] = [settings.filter((one) => !one.judge), settings.filter((one) => one.judge)];
  const networks = (all: ModelEntry[]) => [...new Map(all.map((one) => [one.id, one])).keys()];
  const attacks = networks(own.map((one) => one.model)).flatMap((id) =>
    clips.flatMap((clip) =>
      own.filter((one) => one.model.id === id).map((setting) => task(clip, setting, null)),
    ),
  );
  const judgements = networks(judged.flatMap((one) => one.judge ?? [])).flatMap((id) =>
    judged
      .filter((one) => one.judge?.id === id)
      .flatMap((setting) =>
        attacks
          .filter((needs) => needs.setting.model.id === setting.model.id)
          .map((needs) => task(needs.clip, setting, needs)),
      ),
  );
  const kept = new Set(judged.length > 0 ? attacks.map((one) => one.key) : []);
  return { clips, settings, tasks: [...attacks, ...judgements], kept };
}

/**
 * `first` and those of `others` that can be computed together with it: attacks with the same method and restraint on
 * clips with equal frames. Other kinds of attack take their steps on another device or path.
 */
export function together(first: Task, others: Task[]): Task[] {
  const fits = ({ needs, clip, setting: { config, model } }: Task) =>
    !needs &&
    model.id === first.setting.model.id &&
    clip.frames === first.clip.frames &&
    config.method === first.setting.config.method &&
    config.restraint === first.setting.config.restraint;
  return first.needs ? [first] : [first, ...others.filter((one) => one !== first && fits(one))];
}

function task(clip: Entry, setting: Setting, needs: Task | null): Task {
  const key = JSON.stringify([
    clip.id,
    weights(setting.model),
    setting.judge && weights(setting.judge),
    setting.config,
  ]);
  return { key, clip, setting, needs };
}

/** Identifies a network by the hashes of its files, whatever its name. */
export const weights = (model: ModelEntry): string =>
  `${model.id} ${model.weights.map((one) => one.sha256).join(" ")}`;
