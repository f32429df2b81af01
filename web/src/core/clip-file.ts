import { ClipFile as CoreClipFile, framePixels, parseFrames } from "../../pkg/viewer/viewer.js";
import type { Clip, Unit } from "../base/clip.ts";
import { asFailure, Failure } from "../base/failure.ts";
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

  /** The farthest pixel of clips, if the pixels of one come without the picture's size: then `clips` needs the size. */
  farthestPixel(indices: number[]): Pixel | undefined {
    return this.#core.pixels(Uint32Array.from(indices)) as Pixel | undefined;
  }

  /**
   * The clips at places in the list, or why one cannot be read; `size`, such as `1920x1080`, is the size of the picture
   * for pixels.
   */
  clips(indices: number[], unit?: Unit, size?: string): (Clip | Failure)[] {
    const read = this.#core.clips(Uint32Array.from(indices), unit, size) as object[];
    return read.map((one, i) => {
      if (one instanceof Error) return asFailure(one);
      const id = this.entries[indices[i] ?? -1]?.id ?? "";
      return named(one, this.entries.length > 1 ? id : this.name);
    });
  }

  /** The clip at a place in the list. Throws a CoreError if it cannot be read. */
  clip(index: number, unit?: Unit, size?: string): Clip {
    const [clip] = this.clips([index], unit, size);
    if (!clip || clip instanceof Failure) throw clip ?? new Failure("format", "there is no such clip");
    return clip;
  }

  /** Frees the memory. */
  close(): void {
    this.#core.free();
  }
}

/** A place in a picture. */
export interface Pixel {
  width: number;
  height: number;
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
export function farthestPixel({ names, files }: Frames): Pixel | undefined {
  return framePixels(names, files) as Pixel | undefined;
}

/** The clip of frames; `size`, such as `1920x1080`, is the size of the picture for pixels. */
export function framesClip({ names, files }: Frames, size?: string): Clip {
  const [first = ""] = names;
  const name = first.replace(/(_keypoints)?\.json$/i, "").replace(/[_-]?\d+$/, "");
  return named(parseFrames(names, files, size), `${name || first} (${names.length} frames)`);
}
