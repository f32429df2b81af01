import { asset } from "../base/assets.ts";
import type { Progress } from "../base/early.ts";
import type { Manifest } from "../core/types.ts";
import { download } from "./download.ts";

/** The list of served networks, in the element's folder. */
export const MANIFEST = "models/manifest.json";

/** Downloads that list. */
export async function manifest(progress: Progress, signal?: AbortSignal): Promise<Manifest> {
  const bytes = await download(asset(MANIFEST), 0, progress, signal);
  return JSON.parse(new TextDecoder().decode(bytes)) as Manifest;
}

export const weightsAddress = (file: string): URL => asset(`models/${file}`);
