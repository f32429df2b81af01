import { filmedCsv as coreCsv, filmedTable as coreTable } from "../../pkg/viewer/viewer.js";
import type { FilmedClip } from "../generated/types.ts";

export type { FilmedClip, View } from "../generated/types.ts";

/** Clips that went through a camera, as rows of `ciasa eval`, CSV. Needs the module loaded, as everything here. */
export const filmedCsv = (clips: FilmedClip[]): string => coreCsv(clips);

/** Their table: the columns, then the lines, each attack from the skeleton and through each camera. */
export const filmedTable = (clips: FilmedClip[]): string[][] => coreTable(clips);
