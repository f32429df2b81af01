import { asset } from "../base/assets.ts";
import type { Clip, LayoutId } from "../base/clip.ts";
import { Failure } from "../base/failure.ts";

/** A clip to choose: from the gallery or from the visitor's files. */
export interface Entry {
  id: string;
  name: string;
  label: string | null;
  layout: LayoutId;
  origin: Clip["origin"];
  fps: number;
  frames: number;
  outOfDistribution: boolean;
  credit: string;
  /** A small drawing of the clip, SVG. */
  thumb: string;
  /** File in the gallery's folder; absent for a visitor's own file. */
  file?: string;
}

/** The gallery's index, in the element's folder. */
export const GALLERY = "clips/index.json";

/** Downloads that index. */
export const gallery = async (): Promise<Entry[]> => (await fetched(GALLERY)).json();

/** Downloads a file of the element's folder. */
export async function fetched(path: string): Promise<Response> {
  const response = await fetch(asset(path));
  if (!response.ok) throw new Failure("io", `${path}: the server answered ${response.status}`);
  return response;
}

/** The clip with that id, else the first. */
export const shownFirst = (entries: Entry[], id: string): Entry | undefined =>
  entries.find((entry) => entry.id === id) ?? entries[0];
