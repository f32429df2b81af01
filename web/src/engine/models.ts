import { asset } from "../base/assets.ts";
import type { LayoutId } from "../base/clip.ts";
import type { Progress } from "../base/early.ts";
import type { Manifest, ModelEntry } from "../core/types.ts";
import { download } from "./download.ts";

/** Prefix of the ids of networks from a visitor's own files; no id in the manifest has it. */
export const OPENED = "opened-";

export const isOpened = (model: ModelEntry): boolean => model.id.startsWith(OPENED);

/** The list of served networks, in the element's folder. */
export const MANIFEST = "models/manifest.json";

/** Downloads that list. */
export async function manifest(progress: Progress, signal?: AbortSignal): Promise<Manifest> {
  const bytes = await download(asset(MANIFEST), 0, progress, signal);
  return JSON.parse(new TextDecoder().decode(bytes)) as Manifest;
}

export const weightsAddress = (file: string): URL => asset(`models/${file}`);

/** The network with that id if it reads the layout, else the layout's first. */
export function chosen(models: ModelEntry[], layout: LayoutId, id: string): ModelEntry | undefined {
  const fits = models.filter((model) => model.layout === layout);
  return fits.find((one) => one.id === id) ?? fits[0];
}
