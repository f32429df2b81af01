import type { Clip } from "../base/clip.ts";
import { asFailure } from "../base/failure.ts";
import { type Frames, farthestPixel, framesClip, readFrames } from "../core/clip-file.ts";

/** Sizes of pictures to choose from. */
const SIZES = ["340x256", "640x480", "1280x720", "1920x1080", "3840x2160"];

/** Frames whose coordinates are pixels: the visitor gives the size of the picture. */
export interface FramesQuestion {
  name: string;
  count: number;
  /** The farthest pixel to the right and downwards. */
  far: { width: number; height: number };
  /** Usual sizes that hold it. */
  sizes: string[];
  frames: Frames;
}

/** The clip of OpenPose's files, or the question that has to be answered first. */
export async function openFrames(files: File[]): Promise<Clip | FramesQuestion> {
  const frames = await readFrames(files);
  const far = farthestPixel(frames);
  if (!far) return framesClip(frames);
  const holds = (size: string) => {
    const [width = 0, height = 0] = size.split("x").map(Number);
    return width >= far.width && height >= far.height;
  };
  const name = files.length === 1 ? (files[0]?.name ?? "") : `${files.length} frames of OpenPose`;
  return { name, count: files.length, far, sizes: SIZES.filter(holds), frames };
}

/** The clip of frames in a picture of that size, or why there is none. */
export function answered({ frames }: FramesQuestion, size: string): Clip | string {
  try {
    return framesClip(frames, size);
  } catch (thrown) {
    return asFailure(thrown).message;
  }
}
