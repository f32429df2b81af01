import type { Clip } from "../base/clip.ts";
import { bodyHeight } from "../core/clips.ts";
import { type FilmedClip, hashedBytes, type View } from "../core/filmed.ts";
import type { AttackConfig, ModelEntry, StepReport } from "../core/types.ts";
import { HASH_DIGITS } from "../generated/constants.ts";

/** A clip that was attacked and filmed, as the page knows it. */
export interface Filmed {
  clip: Clip;
  /** Name of its file, SET-INDEX for a clip of a data set; or its place in the gallery, from 0. */
  origin: string | number;
  model: ModelEntry;
  /** Id of the attacked region; empty for all joints. */
  region: string;
  config: AttackConfig;
  report: StepReport;
  /** Updates after which an iterate first met the goal; null: none did. */
  first: number | null;
  seconds: number;
  views: View[];
}

/** The same as the core takes it. */
export async function filmedClip({ clip, origin, model, report, ...of }: Filmed): Promise<FilmedClip> {
  return {
    ...of,
    ...place(origin),
    report,
    model: model.id,
    weights: model.weights.map(({ sha256 }) => sha256.slice(0, HASH_DIGITS)).join("+"),
    data: await digest(clip),
    label: clip.label ?? "",
    target: report.target === null ? null : (model.classes[report.target] ?? null),
    height: bodyHeight(clip),
  };
}

/** Set, index and file of a clip; `ciasa eval clips` names its files SET-INDEX. */
function place(origin: string | number): Pick<FilmedClip, "dataset" | "clip" | "file"> {
  if (typeof origin === "number") return { dataset: "gallery", clip: origin, file: "" };
  const [, dataset, index] = /^([a-z]\w*)-(\d+)$/.exec(origin) ?? [];
  if (dataset && index) return { dataset, clip: Number(index), file: "" };
  return { dataset: "file", clip: 0, file: origin };
}

/** The first digits of a clip's SHA-256, as `ciasa eval` writes them; empty where the browser computes no hashes. */
async function digest(clip: Clip): Promise<string> {
  if (!globalThis.crypto?.subtle) return "";
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", hashedBytes(clip)));
  return [...hash.slice(0, HASH_DIGITS / 2)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
