import { asset } from "../base/assets.ts";
import { Failure } from "../base/failure.ts";
import type { Entry } from "./library.ts";

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
