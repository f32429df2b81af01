import {
  filmedCsv as coreCsv,
  hashedBytes as coreHashed,
  filmedTable as coreTable,
} from "../../pkg/viewer/viewer.js";
import type { Clip } from "../base/clip.ts";
import type { FilmedClip } from "../generated/types.ts";

export type { FilmedClip, View } from "../generated/types.ts";

/** Clips that went through a camera, as rows of `ciasa eval`, CSV. Needs the module loaded, as everything here. */
export const filmedCsv = (clips: FilmedClip[]): string => coreCsv(clips);

/** Their table: the columns, then the lines, each attack from the skeleton and through each camera. */
export const filmedTable = (clips: FilmedClip[]): string[][] => coreTable(clips);

/** The bytes of a clip whose SHA-256 is its hash in rows. */
export const hashedBytes = ({ layout, fps, frames, people, data }: Clip): Uint8Array<ArrayBuffer> =>
  new Uint8Array(coreHashed(layout, fps, frames, people, data));
