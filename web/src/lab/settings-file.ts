import type { Plan } from "./plan.ts";
import type { LabSettings } from "./settings.ts";
import type { Ground } from "./sweeps.ts";

/** A sweep's settings as JSON: the clips, and each setting's config as `ciasa attack --config` reads it. */
export function settingsFile(lab: LabSettings, { model }: Ground, { clips, settings }: Plan): string {
  const file = {
    sweep: lab.sweep,
    model: { id: model.id, weights: model.weights.map(({ file: name, sha256 }) => ({ file: name, sha256 })) },
    clips: clips.map((clip) => clip.file ?? clip.name),
    settings: settings.map(({ id, config, model: attacked, judge }) => ({
      id,
      config,
      model: attacked.id,
      judge: judge?.id ?? attacked.id,
    })),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}
