import { asset } from "../assets.ts";
import type { LayoutId } from "../clip.ts";
import { download } from "./download.ts";
import type { NaturalFile } from "./protocol.ts";

/** How many clips of the gallery teach the discriminator what natural poses are. */
const CLIPS = 12;

interface IndexEntry {
  id: string;
  layout: LayoutId;
  file: string;
  outOfDistribution: boolean;
}

/**
 * Clip files of a layout from the gallery, spread evenly over it, always the same ones. Those out of distribution only
 * where there are no others: poses of another body are better than none. None where the gallery has no clip of that
 * layout.
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
