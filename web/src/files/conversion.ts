import type { Clip } from "../base/clip.ts";
import type { Notice } from "../base/notice.ts";
import type { Entry, Library } from "../clips/library.ts";
import { convertClip } from "../core/clips.ts";
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
    const converted = {
      ...convertClip(clip, to.to),
      name: `${clip.name}, ${to.to}`,
      origin: "file",
    } as const;
    await target.choose(target.library.addClip(converted, target.layouts));
    target.announce(`Converted. ${to.sentence}`);
  } catch (thrown) {
    target.report(`"${clip.name}" cannot be converted.`, thrown, [], "The clip on the stage");
  }
}
