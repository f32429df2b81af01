import { applyPalette, GIFEncoder, quantize } from "gifenc";
import { Failure } from "../base/failure.ts";
import type { Film, Video } from "./film.ts";

/** The longer side in pixels, at most: a GIF has all its pictures whole, so a large one has tens of megabytes. */
const MOST = 640;
/** Pictures a second, at most. Viewers slow down what is shorter than two hundredths of a second. */
const MOST_FPS = 25;

/**
 * Writes a film as a GIF, for browsers without a video encoder. It takes as long as the pictures take to be encoded.
 * Throws as `recordVideo` does.
 */
export async function writeGif(
  film: Film,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<Video> {
  const scale = Math.min(1, MOST / Math.max(film.width, film.height));
  const scaled = (size: number) => Math.max(1, Math.round(size * scale));
  const [width, height] = [scaled(film.width), scaled(film.height)];
  const paper = contextOf(film.width, film.height);
  const small = contextOf(width, height);
  const gif = GIFEncoder();
  const pictures = Math.max(1, Math.round(film.frames * Math.min(1, MOST_FPS / film.fps)));
  const seconds = film.frames / film.fps;
  /** When a picture begins, in hundredths of a second: the delays add up to the film's own time. */
  const begins = (picture: number) => Math.round((picture / pictures) * seconds * 100);
  for (let picture = 0; picture < pictures; picture += 1) {
    // The page stays usable between two pictures.
    await new Promise((resolve) => setTimeout(resolve));
    if (signal.aborted) throw new Failure("cancelled", "The recording was cancelled.");
    film.paint(paper, Math.floor((picture / pictures) * film.frames));
    small.drawImage(paper.canvas, 0, 0, width, height);
    const { data } = small.getImageData(0, 0, width, height);
    const palette = quantize(data, 256);
    const delay = 10 * (begins(picture + 1) - begins(picture));
    gif.writeFrame(applyPalette(data, palette), width, height, { palette, delay });
    progress((picture + 1) / pictures);
  }
  gif.finish();
  return { bytes: new Blob([gif.bytes()], { type: "image/gif" }), ending: "gif" };
}

function contextOf(width: number, height: number): CanvasRenderingContext2D {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  if (!context) throw new Failure("device", "This browser has no memory left for the pictures of the GIF.");
  return context;
}
