import {
  bodyHeight as coreBodyHeight,
  convertClip as coreConvertClip,
  layouts as coreLayouts,
  parseClip as coreParseClip,
  writeBvh as coreWriteBvh,
  writeClip as coreWriteClip,
} from "../../pkg/viewer/viewer.js";
import type { Clip, LayoutId, Unit } from "../base/clip.ts";
import type { ClipFormat, LayoutInfo } from "./layout.ts";
import { loadCore } from "./module.ts";

/** The formats' ids in the Rust core. */
const FORMATS: Record<Exclude<ClipFormat, "bvh">, string> = {
  ciasa: "ciasa-clip",
  ntu: "ntu-skeleton",
  kinetics: "kinetics-skeleton",
};

/** All skeleton layouts. Loads the module first if needed. */
export async function layouts(): Promise<LayoutInfo[]> {
  await loadCore();
  return coreLayouts();
}

/**
 * Parses a clip file of any format; the format is recognised by content. Loads the module first if needed. Throws a
 * CoreError whose message names the line or the field. `unit` overrules the layout's unit; `wanted` is the layout that
 * the clip will be converted to.
 */
export async function parseClip(
  bytes: Uint8Array,
  fileName: string,
  unit?: Unit,
  wanted?: LayoutId,
): Promise<Clip> {
  await loadCore();
  return named(coreParseClip(bytes, fileName, unit, wanted), fileName);
}

/** A visitor's clip of that name, from what the module has read. */
export function named(read: object, name: string): Clip {
  return { ...(read as Omit<Clip, "id" | "name" | "origin">), id: name, name, origin: "file" };
}

/**
 * A copy of the clip in another layout, as the conversion of `LayoutInfo.conversions` describes it. Throws a CoreError
 * if there is no such conversion. The module has to be loaded.
 */
export function convertClip(clip: Clip, to: LayoutId): Clip {
  const { layout, fps, frames, people, data, label } = clip;
  return {
    ...clip,
    ...coreConvertClip(layout, fps, frames, people, data, label ?? undefined, to),
    warnings: [],
  };
}

/**
 * A moved clip as the BVH file that it came from, or as a new one, and the largest distance in metres between a joint
 * of the file and the clip's. Throws a CoreError if the clip is not of that file, or no BVH file can hold it. The
 * module has to be loaded.
 */
export function writeBvh(
  original: Uint8Array | undefined,
  unit: Unit | undefined,
  clip: Clip,
): { bytes: Uint8Array; residual: number } {
  const { layout, fps, frames, people, data } = clip;
  return coreWriteBvh(original, unit, layout, fps, frames, people, data) as {
    bytes: Uint8Array;
    residual: number;
  };
}

/** The bytes of a clip file. Throws a CoreError if the format cannot hold the clip. */
export async function writeClip(clip: Clip, format: keyof typeof FORMATS): Promise<Uint8Array> {
  await loadCore();
  const { layout, fps, frames, people, data, label } = clip;
  return coreWriteClip(layout, fps, frames, people, data, label, FORMATS[format]);
}

/**
 * Length from head to ankle along the bones, in the layout's unit; null if no frame shows it. The module has to be
 * loaded.
 */
export function bodyHeight(clip: Clip): number | null {
  return coreBodyHeight(clip.layout, clip.fps, clip.frames, clip.people, clip.data) ?? null;
}
