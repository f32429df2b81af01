import type { Clip } from "../base/clip.ts";
import { farthestPixel, framesClip, type Pixel, readFrames } from "../core/clip-file.ts";

/** Sizes of pictures to choose from. */
const SIZES = ["340x256", "640x480", "1280x720", "1920x1080", "3840x2160"];

/** Coordinates in pixels of a picture that the file does not describe: the visitor gives its size. */
export interface SizeQuestion {
  name: string;
  /** The farthest pixel to the right and downwards. */
  far: Pixel;
  /** Usual sizes that hold it. */
  sizes: string[];
  /** Opens what is asked about, in a picture of that size, such as `1920x1080`. Throws a CoreError if it misfits. */
  open(size: string): Promise<void>;
}

/** The question for the size of the picture that pixels lie in. */
export function sizeQuestion(name: string, far: Pixel, open: SizeQuestion["open"]): SizeQuestion {
  const holds = (size: string) => {
    const [width = 0, height = 0] = size.split("x").map(Number);
    return width >= far.width && height >= far.height;
  };
  return { name, far, sizes: SIZES.filter(holds), open };
}

/** Hands on the clip of OpenPose's files, or gives the question that has to be answered first. */
export async function openFrames(
  files: File[],
  show: (clip: Clip) => Promise<void>,
): Promise<SizeQuestion | null> {
  const frames = await readFrames(files);
  const far = farthestPixel(frames);
  if (!far) {
    await show(framesClip(frames));
    return null;
  }
  const name = files.length === 1 ? (files[0]?.name ?? "") : `${files.length} frames of OpenPose`;
  return sizeQuestion(name, far, (size) => show(framesClip(frames, size)));
}
