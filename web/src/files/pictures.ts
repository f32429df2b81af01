import { Failure } from "../base/failure.ts";
import type { Easel, Shot } from "./easel.ts";
import type { Film } from "./film.ts";

/** The ground of pictures and of videos. */
const GROUND = "#ffffff";
/** Pixels of the longer side of a picture, about. */
const WIDE = 2400;
/** CSS pixels of the film strip; the stage may be as small as a phone. */
const STRIP = { width: 1400, height: 480 };
/** Pixels of a video's longer side, at most. */
const VIDEO = 1280;
const CAPTION = 64;
/** Frames a second of a video, and its seconds at most. */
const FPS = 30;
const LONGEST = 60;

/** What a picture shows: the view as it is on the stage, or the film strip. */
export type Scene = "view" | "film";

/** Who sees what: a line for the clean clip, and one for the attacked clip if there is one. */
export interface Caption {
  clean: string;
  attacked: string | null;
}

function shotOf(easel: Easel, scene: Scene, most: number): Shot {
  const [width, height] = easel.size();
  const size = scene === "film" ? STRIP : { width: Math.max(1, width), height: Math.max(1, height) };
  const scale = Math.min(4, most / Math.max(size.width, size.height));
  return { ...size, scale, view: scene === "film" ? "film" : null, frame: null };
}

/** The scene in vectors, on a transparent ground. */
export const sceneSvg = (easel: Easel, scene: Scene): string => easel.svg(shotOf(easel, scene, WIDE));

/** The scene as a PNG on white. */
export function scenePng(easel: Easel, scene: Scene): Promise<Blob> {
  const shot = shotOf(easel, scene, WIDE);
  const { context } = blank(Math.round(shot.width * shot.scale), Math.round(shot.height * shot.scale));
  easel.draw(context, 0, 0, shot);
  return png(context);
}

/** An SVG as a PNG, twice its size. */
export async function svgPng(svg: string): Promise<Blob> {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await picture.decode();
  const { context, width, height } = blank(picture.naturalWidth * 2, picture.naturalHeight * 2);
  context.drawImage(picture, 0, 0, width, height);
  return png(context);
}

/** The view in motion, once through the clip, with a caption. `speed`: 1 is as recorded. */
export function viewFilm(
  easel: Easel,
  clip: { frames: number; fps: number },
  speed: number,
  caption: Caption,
): Film {
  const shot = shotOf(easel, "view", VIDEO);
  const [width, height] = [Math.round(shot.width * shot.scale), Math.round(shot.height * shot.scale)];
  const seconds = Math.min(LONGEST, Math.max(clip.frames / (clip.fps * speed), 0.5));
  const frames = Math.ceil(seconds * FPS);
  return {
    width,
    height: height + CAPTION,
    fps: FPS,
    frames,
    paint(canvas, at) {
      canvas.fillStyle = GROUND;
      canvas.fillRect(0, 0, canvas.canvas.width, canvas.canvas.height);
      const frame = Math.min(clip.frames - 1, (at / FPS) * clip.fps * speed);
      easel.draw(canvas, 0, CAPTION, { ...shot, frame });
      writeCaption(canvas, caption, width);
    },
  };
}

function writeCaption(canvas: CanvasRenderingContext2D, { clean, attacked }: Caption, width: number): void {
  canvas.font = "600 26px system-ui, sans-serif";
  canvas.textBaseline = "middle";
  const half = width / 2 - 40;
  canvas.fillStyle = "#0b66b0";
  canvas.textAlign = "left";
  canvas.fillText(clean, 24, CAPTION / 2, attacked ? half : width - 48);
  if (!attacked) return;
  canvas.fillStyle = "#b84a00";
  canvas.textAlign = "right";
  canvas.fillText(attacked, width - 24, CAPTION / 2, half);
}

function blank(width: number, height: number) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  if (!context) throw new Failure("device", "This browser has no memory left for the picture.");
  context.fillStyle = GROUND;
  context.fillRect(0, 0, width, height);
  return { context, width, height };
}

const png = ({ canvas }: CanvasRenderingContext2D): Promise<Blob> =>
  new Promise((resolve, reject) => {
    const made = (blob: Blob | null) =>
      blob
        ? resolve(blob)
        : reject(new Failure("device", "The browser could not encode the picture as PNG."));
    canvas.toBlob(made, "image/png");
  });
