import type { ModelEntry } from "../core/types.ts";
import { isOpened } from "../engine/models.ts";

const names: Record<ModelEntry["architecture"], string> = {
  "st-gcn": "ST-GCN",
  "2s-agcn-joint": "2s-AGCN, joint stream",
  "2s-agcn-bone": "2s-AGCN, bone stream",
  "2s-agcn": "2s-AGCN, both streams",
  "shift-gcn": "Shift-GCN",
  "efficientgcn-b0": "EfficientGCN-B0",
  "st-gcn++": "ST-GCN++",
  "ctr-gcn": "CTR-GCN",
};

/** The architecture's name. */
export const architecture = (model: ModelEntry): string =>
  names[model.architecture] + (model.weights.some(({ heads }) => heads) ? " with small heads" : "");

/** Its accuracy, in words. */
export function accuracy(model: ModelEntry): string {
  const { top1, clips } = model.accuracy;
  if (isOpened(model) || clips === 0) return "your file, accuracy unknown";
  return `${(top1 * 100).toFixed(1)} % of ${clips.toLocaleString("en")} test clips correct`;
}

const treatments: Record<ModelEntry["preprocessing"], string> = {
  raw: "unchanged coordinates",
  centred: "pelvis subtracted in each frame",
  anchored: "the pelvis's mean position subtracted",
  padded: "unchanged coordinates, empty frames after the end",
  kinetics: "middle of the picture subtracted, empty frames after the end",
  "kinetics-up": "middle of the picture subtracted, y upwards, empty frames after the end",
  pyskl: "body moved and turned as a whole, frames taken at equal distances",
  "ctr-gcn": "body moved as a whole, the middle 95 % resampled",
  "2s-agcn": "spine subtracted, body turned to the front, short clips repeated",
};

/** Its preprocessing, in words. */
export function treatment(model: ModelEntry): string {
  const frames = model.frames > 0 ? `${model.frames} frames` : "any number of frames";
  return `${treatments[model.preprocessing]}; ${frames}`;
}
