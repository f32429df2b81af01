import type { LayoutId } from "../base/clip.ts";
import type { ModelEntry } from "../core/types.ts";

/** Prefix of the ids of networks from a visitor's own files; no id in the manifest has it. */
export const OPENED = "opened-";

export const isOpened = (model: ModelEntry): boolean => model.id.startsWith(OPENED);

/** The network with that id if it reads the layout, else the layout's first. */
export function chosen(models: ModelEntry[], layout: LayoutId, id: string): ModelEntry | undefined {
  const fits = models.filter((model) => model.layout === layout);
  return fits.find((one) => one.id === id) ?? fits[0];
}
