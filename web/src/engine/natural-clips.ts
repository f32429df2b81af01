import { asset } from "../base/assets.ts";
import type { LayoutId } from "../base/clip.ts";
import { download } from "./download.ts";
import type { NaturalFile } from "./messages.ts";

/** Gallery clips from which the discriminator learns natural poses. */
const CLIPS = 12;

interface IndexEntry {
  id: string;
  layout: LayoutId;
  file: string;
  outOfDistribution: boolean;
}

/**
 * Downloads up to 12 gallery clips of a layout, spread evenly over the gallery and always the same. Clips out of
 * distribution are used only if the layout has no others. Empty if the gallery has no clip of the layout.
 */
export async function naturalFiles(layout: LayoutId): Promise<NaturalFile[]> {
  const silent = () => {};
  const index = await download(asset("clips/index.json"), 0, silent);
  const fitting = (JSON.parse(new TextDecoder().decode(index)) as IndexEntry[]).filter(
    (entry) => entry.layout === layout,
  );
  const usual = fitting.filter((entry) => !entry.outOfDistribution);
  const entries = usual.length > 0 ? usual : fitting;
  const count = Math.min(CLIPS, entries.length);
  const places = new Set(Array.from({ length: count }, (_, k) => Math.floor((k * entries.length) / count)));
  return Promise.all(
    entries
      .filter((_, i) => places.has(i))
      .map(async ({ id, file }) => ({ id, file, bytes: await download(asset(`clips/${file}`), 0, silent) })),
  );
}
