import {
  bodyHeight as coreBodyHeight,
  layouts as coreLayouts,
  parseClip as coreParseClip,
  writeClip as coreWriteClip,
} from "../../pkg/viewer/viewer.js";
import type { Clip } from "../base/clip.ts";
import type { ClipFormat, LayoutInfo } from "./layout.ts";
import { loadCore } from "./module.ts";

/** The core's names of the formats. */
const FORMATS: Record<ClipFormat, string> = {
  ciasa: "ciasa-clip",
  ntu: "ntu-skeleton",
  kinetics: "kinetics-skeleton",
};

/** All layouts that the core knows. Loads the module where it is not there yet. */
export async function layouts(): Promise<LayoutInfo[]> {
  await loadCore();
  return coreLayouts() as LayoutInfo[];
}

/**
 * Reads a clip's file; its content tells the format. Loads the module where it is not there yet. Throws a CoreError
 * whose message names the line or the field.
 */
export async function parseClip(bytes: Uint8Array, fileName: string): Promise<Clip> {
  await loadCore();
  const read = coreParseClip(bytes, fileName) as Omit<Clip, "id" | "name" | "origin">;
  return { ...read, id: fileName, name: fileName, origin: "file" };
}

/** Writes a clip as a file's bytes. Throws a CoreError where the format cannot hold it. */
export async function writeClip(clip: Clip, format: ClipFormat): Promise<Uint8Array> {
  await loadCore();
  const { layout, fps, frames, people, data, label } = clip;
  return coreWriteClip(layout, fps, frames, people, data, label, FORMATS[format]);
}

/** Length from head to ankle along the bones in the layout's unit; null where no frame shows it. Needs the module loaded. */
export function bodyHeight(clip: Clip): number | null {
  return coreBodyHeight(clip.layout, clip.fps, clip.frames, clip.people, clip.data) ?? null;
}
