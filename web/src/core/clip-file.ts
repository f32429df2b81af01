import { ClipFile as CoreClipFile, framePixels, parseFrames } from "../../pkg/viewer/viewer.js";
import type { Clip, Unit } from "../base/clip.ts";
import type { ClipEntry } from "../generated/types.ts";
import { named } from "./clips.ts";
import { loadCore } from "./module.ts";

export type { ClipEntry } from "../generated/types.ts";

/** A file of many clips. Its bytes lie in the module's memory until `close`; a clip is cut out when it is opened. */
export class ClipFile {
  readonly name: string;
  readonly entries: ClipEntry[];
  readonly #core: CoreClipFile;

  private constructor(name: string, core: CoreClipFile) {
    this.name = name;
    this.#core = core;
    this.entries = core.entries() as ClipEntry[];
  }

  /** Reads a file, with the labels beside it if it has none. Throws a CoreError if it holds no clips. */
  static async open(file: File, labels?: File): Promise<ClipFile> {
    await loadCore();
    const core = new CoreClipFile(file.size);
    try {
      const reader = file.stream().getReader();
      for (let part = await reader.read(); part.value; part = await reader.read()) core.append(part.value);
      if (labels) core.setLabels(new Uint8Array(await labels.arrayBuffer()));
      return new ClipFile(file.name, core);
    } catch (thrown) {
      core.free();
      throw thrown;
    }
  }

  /** The clip at a place in the list. Throws a CoreError if it cannot be read. */
  clip(index: number, unit?: Unit): Clip {
    const id = this.entries[index]?.id ?? "";
    return named(this.#core.clip(index, unit, undefined), this.entries.length > 1 ? id : this.name);
  }

  /** Frees the memory. */
  close(): void {
    this.#core.free();
  }
}

/** OpenPose's files, one a frame, in memory. */
export interface Frames {
  names: string[];
  files: Uint8Array[];
}

/** Reads the files of frames. */
export async function readFrames(files: File[]): Promise<Frames> {
  await loadCore();
  const bytes = await Promise.all(files.map(async (file) => new Uint8Array(await file.arrayBuffer())));
  return { names: files.map((file) => file.name), files: bytes };
}

/** The farthest pixel, if the coordinates are pixels: then `framesClip` needs the size of the picture. */
export function farthestPixel({ names, files }: Frames): { width: number; height: number } | undefined {
  return framePixels(names, files) as { width: number; height: number } | undefined;
}

/** The clip of frames; `size`, such as `1920x1080`, is the size of the picture for pixels. */
export function framesClip({ names, files }: Frames, size?: string): Clip {
  const [first = ""] = names;
  const name = first.replace(/(_keypoints)?\.json$/i, "").replace(/[_-]?\d+$/, "");
  return named(parseFrames(names, files, size), `${name || first} (${names.length} frames)`);
}
