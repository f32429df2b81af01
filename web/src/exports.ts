import type { Clip, LayoutId } from "./clip.ts";
import type { Session } from "./session.ts";
import { writeClip } from "./viewer/viewer.ts";

/** The formats that a clip of a layout can be written in. */
export function formatsOf(
  layout: LayoutId,
): { id: "ciasa" | "ntu" | "kinetics"; name: string; ending: string }[] {
  const own = { id: "ciasa", name: "Clip, JSON", ending: "json" } as const;
  if (layout === "ntu") return [own, { id: "ntu", name: "Clip, NTU skeleton", ending: "skeleton" }];
  if (layout === "openpose-18")
    return [own, { id: "kinetics", name: "Clip, Kinetics JSON", ending: "kinetics.json" }];
  return [own];
}

/** The clip on the stage: attacked, where it was, else clean. */
export function currentClip({ clip, run }: Session): Clip | null {
  return clip && run?.data ? { ...clip, data: run.data, name: `${clip.name}, attacked` } : clip;
}

/** A name for files of this clip, without signs that a file system minds. */
export function fileStem({ clip, run }: Session): string {
  const plain = (clip?.name ?? "clip").replace(/\.[a-z]+$/i, "").toLowerCase();
  return `${plain.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "clip"}${run?.data ? "-attacked" : ""}`;
}

export async function clipFile(session: Session, format: "ciasa" | "ntu" | "kinetics"): Promise<Uint8Array> {
  const clip = currentClip(session);
  return clip ? await writeClip(clip, format) : new Uint8Array();
}

/** The attack's settings as JSON, exactly as `ciasa attack --config` reads them. */
export function settingsFile(session: Session): string {
  return `${JSON.stringify(session.run?.config ?? session.config(), null, 2)}\n`;
}

/** One row for each step: losses, probabilities and figures. */
export function figuresFile(session: Session): string {
  const reports = session.run?.reports ?? [];
  const classes = session.run?.classes ?? [];
  const head = [
    ...["step", "predicted", "p_original", "p_target", "loss_total", "loss_prediction", "loss_smooth"],
    ...[
      "loss_adversarial",
      "loss_perceptual",
      "loss_discriminator",
      "linf",
      "mean_displacement",
      "max_displacement",
    ],
    ...["bone_deviation", "acceleration_change", "plausibility", "epsilon_excess"],
  ];
  const rows = reports.map(({ iteration, predicted, pOriginal, pTarget, losses, figures }) => [
    ...[
      iteration,
      JSON.stringify(classes[predicted] ?? ""),
      pOriginal,
      pTarget ?? "",
      losses.total,
      losses.prediction,
    ],
    ...[losses.smooth, losses.adversarial, losses.perceptual, losses.discriminator],
    ...[figures.linf, figures.meanDisplacement],
    ...[
      figures.maxDisplacement,
      figures.boneDeviation,
      figures.accelerationChange,
      figures.plausibility ?? "",
    ],
    figures.epsilonExcess,
  ]);
  return [head, ...rows]
    .map((row) => row.join(","))
    .join("\n")
    .concat("\n");
}

/** Hands a file to the visitor. */
export function save(name: string, content: Uint8Array | string, type: string): void {
  const address = URL.createObjectURL(new Blob([content as BlobPart], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads the address after the click has returned.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
