import type { ActiveAttack } from "../attack/active-attack.ts";
import type { Clip, LayoutId } from "../base/clip.ts";
import type { Source } from "../clips/library.ts";
import { writeBvh, writeClip } from "../core/clips.ts";
import type { ClipFormat } from "../core/layout.ts";
import { stepCsv } from "../core/step-csv.ts";
import type { AttackConfig } from "../core/types.ts";

/** The clip on the stage and the attack on it. */
interface OnStage {
  clip: Clip | null;
  attack: ActiveAttack | null;
}

/** The formats that can hold clips of a layout, read from that file. */
export function formatsOf(
  layout: LayoutId,
  source?: Source,
): { id: ClipFormat; name: string; ending: string }[] {
  const own = { id: "ciasa", name: "Clip, JSON", ending: "json" } as const;
  if (layout === "kinect-v1" || isBvh(source)) return [own, { id: "bvh", name: "Clip, BVH", ending: "bvh" }];
  if (layout === "ntu") return [own, { id: "ntu", name: "Clip, NTU skeleton", ending: "skeleton" }];
  if (layout === "openpose-18")
    return [own, { id: "kinetics", name: "Clip, Kinetics JSON", ending: "kinetics.json" }];
  return [own];
}

const isBvh = (source?: Source): source is Source => /\.bvh$/i.test(source?.file.name ?? "");

/** The perturbed clip if there is one, else the clean clip. */
export function currentClip({ clip, attack }: OnStage): Clip | null {
  return clip && attack?.data ? { ...clip, data: attack.data, name: `${clip.name}, attacked` } : clip;
}

/** The start of a file name for this clip: lower-case letters, digits and hyphens. */
export function fileStem({ clip, attack }: OnStage): string {
  const plain = (clip?.name ?? "clip").replace(/\.[a-z]+$/i, "").toLowerCase();
  const stem = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "clip";
  return attack?.data ? `${stem}-attacked` : stem;
}

/** The clip as a file, and a sentence about what the file leaves out, if it does. */
export async function clipFile(
  onStage: OnStage,
  format: ClipFormat,
  source?: Source,
): Promise<{ bytes: Uint8Array; remark?: string }> {
  const clip = currentClip(onStage);
  if (!clip) return { bytes: new Uint8Array() };
  if (format !== "bvh") return { bytes: await writeClip(clip, format) };
  const original = isBvh(source) ? new Uint8Array(await source.file.arrayBuffer()) : undefined;
  const { bytes, residual } = writeBvh(original, source?.unit, clip);
  const far = (1000 * residual).toFixed(1);
  return { bytes, remark: `Its bones keep their lengths and follow the clip's joints to within ${far} mm.` };
}

/** The attack's settings as JSON, as `ciasa attack --config` reads them. */
export function settingsFile(config: AttackConfig | null): string {
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** CSV with one row per step: losses, probabilities and figures. */
export function figuresFile(attack: ActiveAttack | null): string {
  return stepCsv(attack?.reports ?? [], attack?.classes ?? []);
}

/** Offers a file to the visitor as a download. */
export function save(
  name: string,
  content: Uint8Array | string | Blob,
  type = "application/octet-stream",
): void {
  const blob = content instanceof Blob ? content : new Blob([content as BlobPart], { type });
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads the address after `click` has returned.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
