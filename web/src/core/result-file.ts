import {
  readResult as coreRead,
  storeFiles as coreStore,
  writeResult as coreWrite,
} from "../../pkg/viewer/viewer.js";
import type { Clip } from "../base/clip.ts";
import type { ClipHead, ResultHead } from "../generated/types.ts";
import { loadCore } from "./module.ts";

export type { AttackRecord, ResultHead } from "../generated/types.ts";

/** A file of an archive; of a result file, one of those that are not read again. */
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

/** A ZIP of files as they are. Throws a CoreError if a name stands twice. The module has to be loaded. */
export function storeFiles(files: Attachment[]): Uint8Array<ArrayBuffer> {
  const names = files.map(({ name }) => name);
  const contents = files.map(({ bytes }) => bytes);
  return coreStore(names, contents) as Uint8Array<ArrayBuffer>;
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
