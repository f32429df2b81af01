// A drawn person in motion, for tests of the camera: pictures in which the pose estimator finds a body, without a
// picture of anybody.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";

/** Where the person stands, how large, and how bright the room is. */
export interface Scene {
  width: number;
  height: number;
  /** Middle of each person's hips, as a share of the width; nobody: an empty list. */
  people: number[];
  /** Of the picture's light, 0 to 1. */
  light: number;
}

export const ROOM: Scene = { width: 320, height: 320, people: [0.5], light: 1 };

interface Body {
  fps: number;
  /** (T, V, 3), metres, Kinect's axes. */
  frames: number[][][];
}

/** The first person of a gallery clip in metres. */
export function motion(name: string): Body {
  const clip = JSON.parse(readFileSync(`web/public/clips/${name}.json`, "utf8"));
  return { fps: clip.fps, frames: clip.frames.map((people: number[][][]) => people[0]) };
}

/** Runs in the page: defines `drawPerson(canvas, joints, scene)`. */
function define(): void {
  const skin = "#d9a583";
  const draw = (canvas: HTMLCanvasElement, joints: number[][], scene: Scene) => {
    const context = canvas.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
    const { width, height } = canvas;
    const wall = context.createLinearGradient(0, 0, width, height);
    wall.addColorStop(0, "#b9c4c2");
    wall.addColorStop(1, "#8f9d9f");
    context.fillStyle = wall;
    context.fillRect(0, 0, width, height);
    context.fillStyle = "#7b6a58";
    context.fillRect(0, height * 0.86, width, height * 0.14);
    context.fillStyle = "#6d8aa0";
    context.fillRect(width * 0.06, height * 0.12, width * 0.16, height * 0.24);
    for (const middle of scene.people) person(context, joints, middle * width, height);
    context.fillStyle = `rgb(4 5 8 / ${1 - scene.light})`;
    context.fillRect(0, 0, width, height);
  };
  const person = (context: CanvasRenderingContext2D, joints: number[][], middle: number, height: number) => {
    const [hip = [0, 0, 0]] = joints;
    const scale = height * 0.42;
    const at = (j: number): [number, number] => {
      const [x = 0, y = 0] = joints[j] ?? [];
      return [middle - scale * (x - (hip[0] ?? 0)), height * 0.52 - scale * (y - (hip[1] ?? 0))];
    };
    const limb = (from: number, to: number, thick: number, colour: string) => {
      const [a, b] = [at(from), at(to)];
      for (const [share, light] of [
        [1, 0.72],
        [0.7, 1],
      ] as const) {
        context.strokeStyle = `color-mix(in srgb, ${colour} ${light * 100}%, #15181d)`;
        context.lineWidth = thick * scale * share;
        context.lineCap = "round";
        context.beginPath();
        context.moveTo(...a);
        context.lineTo(...b);
        context.stroke();
      }
    };
    const disc = (x: number, y: number, rx: number, ry: number, colour: string) => {
      context.fillStyle = colour;
      context.beginPath();
      context.ellipse(x, y, rx * scale, ry * scale, 0, 0, 2 * Math.PI);
      context.fill();
    };
    for (const [thigh, knee, ankle, foot] of [
      [12, 13, 14, 15],
      [16, 17, 18, 19],
    ] as const) {
      limb(thigh, knee, 0.17, "#34507c");
      limb(knee, ankle, 0.13, "#34507c");
      limb(ankle, foot, 0.1, "#2b2422");
    }
    limb(2, 3, 0.11, skin);
    const corners = [4, 8, 16, 12].map(at);
    context.fillStyle = context.strokeStyle = "#a33d3a";
    context.lineWidth = 0.16 * scale;
    context.lineJoin = "round";
    context.beginPath();
    for (const [index, corner] of corners.entries())
      index === 0 ? context.moveTo(...corner) : context.lineTo(...corner);
    context.closePath();
    context.fill();
    context.stroke();
    for (const [shoulder, elbow, wrist, hand] of [
      [4, 5, 6, 7],
      [8, 9, 10, 11],
    ] as const) {
      limb(shoulder, elbow, 0.11, "#b8524e");
      limb(elbow, wrist, 0.08, skin);
      limb(wrist, hand, 0.07, skin);
      disc(...at(hand), 0.045, 0.05, skin);
    }
    const [x, y] = at(3);
    disc(x, y - 0.03 * scale, 0.105, 0.135, "#3b2a20");
    disc(x, y, 0.09, 0.12, skin);
    for (const side of [-1, 1]) {
      disc(x + side * 0.037 * scale, y - 0.012 * scale, 0.018, 0.011, "#f7f4ee");
      disc(x + side * 0.037 * scale, y - 0.012 * scale, 0.008, 0.009, "#2a2018");
      disc(x + side * 0.038 * scale, y - 0.036 * scale, 0.022, 0.005, "#3b2a20");
    }
    disc(x, y + 0.022 * scale, 0.012, 0.018, "#c08a68");
    disc(x, y + 0.066 * scale, 0.032, 0.009, "#a4474a");
  };
  Object.assign(window, { drawPerson: draw });
}

/** Pictures of the motion as JPEG files, in the order in which they are shown. */
export async function pictures(page: Page, { frames }: Body, scene: Scene): Promise<Buffer[]> {
  await page.evaluate(define);
  const coded = await page.evaluate(
    ([joints, where]) => {
      const canvas = Object.assign(document.createElement("canvas"), {
        width: where.width,
        height: where.height,
      });
      const draw = (window as unknown as { drawPerson: (...args: unknown[]) => void }).drawPerson;
      return joints.map((one) => {
        draw(canvas, one, where);
        return canvas.toDataURL("image/jpeg", 0.9).split(",")[1] ?? "";
      });
    },
    [frames, scene] as const,
  );
  return coded.map((text) => Buffer.from(text, "base64"));
}
