import { readResult as coreRead, writeResult as coreWrite } from "../../pkg/viewer/viewer.js";
import type { Clip } from "../base/clip.ts";
import type { ClipHead, ResultHead } from "../generated/types.ts";
import { loadCore } from "./module.ts";

export type { AttackRecord, ResultHead } from "../generated/types.ts";

/** A file of a result file, beside those that are read again. */
export interface Attachment {
  name: string;
  bytes: Uint8Array;
}

/**
 * A result as one ZIP: its description, the clean clip, the attacked values, (T, M, V, C), and other files. Throws a
 * CoreError that names the part which is not valid. The module has to be loaded.
 */
export function writeResult(
  head: ResultHead,
  clip: Clip,
  attacked: Float32Array | null,
  others: Attachment[],
): Uint8Array {
  const { layout, fps, frames, people, data, label } = clip;
  const names = others.map(({ name }) => name);
  const files = others.map(({ bytes }) => bytes);
  return coreWrite(head, layout, fps, frames, people, data, label, attacked, names, files);
}

/** What a result file holds; `attacked`: (T, M, V, C), null without an attack. */
export interface Result {
  head: ResultHead;
  clip: ClipHead & { data: Float32Array };
  attacked: Float32Array | null;
}

/** Reads a result file. Loads the module first if needed. Throws a CoreError that names the part that is wrong. */
export async function readResult(bytes: Uint8Array): Promise<Result> {
  await loadCore();
  return coreRead(bytes) as Result;
}
