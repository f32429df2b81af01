import type { Clip } from "../base/clip.ts";
import type { Notice } from "../base/notice.ts";
import type { Entry } from "../clips/gallery.ts";
import type { Library } from "../clips/library.ts";
import { convertClip, parseClip } from "../core/clips.ts";
import type { LayoutInfo } from "../core/layout.ts";
import type { ConversionInfo } from "../core/types.ts";

/** What a conversion needs of the playground. */
export interface ConversionTarget {
  readonly library: Library;
  readonly layouts: LayoutInfo[];
  choose(entry: Entry): Promise<void>;
  announce(words: string): void;
  report(title: string, thrown: unknown, actions: Notice["actions"], kept?: string): void;
}

/** Adds a copy of the clip in another layout to the visitor's files and shows it. */
export async function showConverted(target: ConversionTarget, clip: Clip, to: ConversionInfo): Promise<void> {
  try {
    // MediaPipe's files may hold two kinds of landmarks, so the file is read again for the new layout.
    const source = clip.layout === "mediapipe-33" ? target.library.sources.get(clip.id) : undefined;
    const read = source
      ? await parseClip(new Uint8Array(await source.file.arrayBuffer()), source.file.name, source.unit, to.to)
      : clip;
    const converted = {
      ...convertClip(read, to.to),
      name: `${clip.name}, ${to.to}`,
      origin: "file",
    } as const;
    await target.choose(target.library.addClip(converted, target.layouts));
    target.announce(`Converted. ${to.sentence}`);
  } catch (thrown) {
    target.report(`"${clip.name}" cannot be converted.`, thrown, [], "The clip on the stage");
  }
}
