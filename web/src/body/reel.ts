import type { Clip } from "../base/clip.ts";
import { Failure } from "../base/failure.ts";
import { storeFiles } from "../core/result-file.ts";
import { Person, type Setting, type Takes } from "./person.ts";

/** Edge of each picture of a film in pixels. */
export const EDGE = 512;

/** A clip as a film, on a canvas of its own: the clean clip, and the perturbed one beside it. */
export class Reel {
  readonly height = EDGE;
  readonly width: number;
  readonly fps: number;
  readonly frames: number;
  readonly #takes: Takes;

  private constructor(
    readonly person: Person,
    clip: Clip,
    perturbed: Float32Array | null,
  ) {
    this.#takes = perturbed ? "both" : "clean";
    this.width = person.canvas.width;
    this.fps = clip.fps;
    this.frames = clip.frames;
  }

  /** Sets up a film. `perturbed`: (T, M, V, C), or null. Throws a CoreError if no body can follow the clip. */
  static async create(clip: Clip, perturbed: Float32Array | null, setting: Setting): Promise<Reel> {
    const canvas = document.createElement("canvas");
    canvas.width = perturbed ? 2 * EDGE : EDGE;
    canvas.height = EDGE;
    const person = await Person.create(canvas);
    try {
      person.film(clip, perturbed, setting);
    } catch (thrown) {
      person.dispose();
      throw thrown;
    }
    return new Reel(person, clip, perturbed);
  }

  /** Paints a frame, with the name of each picture. */
  paint(paper: CanvasRenderingContext2D, frame: number): void {
    this.person.draw(frame, this.#takes);
    paper.drawImage(this.person.canvas, 0, 0);
    name(paper, "Clean", "#0b66b0", 0);
    if (this.#takes === "both") name(paper, "Perturbed", "#b84a00", EDGE);
  }

  dispose(): void {
    this.person.dispose();
  }
}

/** Every frame of a film as a PNG, in a zip archive. `progress`: 0 to 1. */
export async function pictures(
  reel: Reel,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = reel.width;
  canvas.height = reel.height;
  const paper = canvas.getContext("2d");
  if (!paper)
    throw new Failure("device", "The browser gave no canvas to draw on. Close other pages and try again.");
  const files: { name: string; bytes: Uint8Array<ArrayBuffer> }[] = [];
  for (let frame = 0; frame < reel.frames; frame += 1) {
    if (signal.aborted) throw new Failure("cancelled", "The pictures were cancelled.");
    reel.paint(paper, frame);
    files.push({ name: `frame-${String(frame + 1).padStart(4, "0")}.png`, bytes: await png(canvas) });
    progress((frame + 1) / reel.frames);
  }
  return new Blob([storeFiles(files)], { type: "application/zip" });
}

async function png(canvas: HTMLCanvasElement): Promise<Uint8Array<ArrayBuffer>> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob)
    throw new Failure("device", "The browser could not write a picture. Close other pages and try again.");
  return new Uint8Array(await blob.arrayBuffer());
}

function name(paper: CanvasRenderingContext2D, word: string, color: string, left: number): void {
  paper.font = "600 18px system-ui, sans-serif";
  const width = paper.measureText(word).width + 20;
  paper.fillStyle = "rgb(255 255 255 / 88%)";
  paper.fillRect(left + 10, 10, width, 30);
  paper.fillStyle = color;
  paper.fillText(word, left + 20, 31);
}
