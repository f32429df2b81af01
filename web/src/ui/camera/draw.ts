import type { Clip } from "../../base/clip.ts";
import type { LayoutInfo } from "../../core/layout.ts";

/** A point on a canvas; null where the joint was not seen. */
type Point = readonly [number, number] | null;

/** Clears a canvas whose size in pixels follows its size on the page. */
export function cleared(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((size) =>
    Math.max(1, Math.round(size * devicePixelRatio)),
  );
  if (canvas.width !== width || canvas.height !== height)
    Object.assign(canvas, { width: width ?? 1, height: height ?? 1 });
  const context = canvas.getContext("2d");
  context?.clearRect(0, 0, canvas.width, canvas.height);
  return context;
}

/** Draws bones and joints. */
export function drawBones(
  context: CanvasRenderingContext2D,
  points: Point[],
  parents: number[],
  colour: string,
  dashed = false,
): void {
  const width = Math.max(2, context.canvas.height / 110);
  Object.assign(context, { strokeStyle: colour, fillStyle: colour, lineWidth: width, lineCap: "round" });
  context.setLineDash(dashed ? [2.2 * width, 1.8 * width] : []);
  for (const [joint, parent] of parents.entries()) {
    const [from, to] = [points[parent], points[joint]];
    if (!from || !to || joint === parent) continue;
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
  }
  context.setLineDash([]);
  for (const point of points) {
    if (!point) continue;
    context.beginPath();
    context.arc(...point, 1.1 * width, 0, 2 * Math.PI);
    context.fill();
  }
}

/** Where the landmarks of a picture are on a canvas that the picture fills; `picture` is (33, 3). */
export function inPicture(canvas: HTMLCanvasElement, picture: Float32Array): Point[] {
  return Array.from({ length: picture.length / 3 }, (_, joint) => [
    (picture[3 * joint] ?? 0) * canvas.width,
    (picture[3 * joint + 1] ?? 0) * canvas.height,
  ]);
}

/**
 * Where the first person's joints of a frame are on a canvas that shows the whole clip, as in a mirror. `data` is the
 * clip's or a perturbed one's, (T, M, V, C).
 */
export function inMirror(
  canvas: HTMLCanvasElement,
  clip: Clip,
  layout: LayoutInfo,
  data: Float32Array,
  frame: number,
): Point[] {
  const joints = layout.joints.length;
  const channels = layout.dims + (layout.confidence ? 1 : 0);
  // In metres y points up; in the picture down, and the mirror turns it.
  const place = (values: Float32Array, at: number): Point => {
    const seen = layout.confidence ? (values[at + layout.dims] ?? 0) > 0 : true;
    const [x = 0, y = 0] = [values[at], values[at + 1]];
    if (!seen) return null;
    return layout.dims === 3 ? [x, -y] : [(-x * 340) / 256, y];
  };
  const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
  for (let at = 0; at < clip.data.length; at += channels) {
    const point = place(clip.data, at);
    if (!point || (point[0] === 0 && point[1] === 0)) continue;
    box.left = Math.min(box.left, point[0]);
    box.right = Math.max(box.right, point[0]);
    box.top = Math.min(box.top, point[1]);
    box.bottom = Math.max(box.bottom, point[1]);
  }
  const margin = 0.9;
  const scale =
    margin *
    Math.min(
      canvas.width / Math.max(box.right - box.left, 1e-3),
      canvas.height / Math.max(box.bottom - box.top, 1e-3),
    );
  const middle = [(box.left + box.right) / 2, (box.top + box.bottom) / 2] as const;
  const first = frame * clip.people * joints * channels;
  return Array.from({ length: joints }, (_, joint) => {
    const point = place(data, first + joint * channels);
    if (!point) return null;
    return [
      canvas.width / 2 + scale * (point[0] - middle[0]),
      canvas.height / 2 + scale * (point[1] - middle[1]),
    ];
  });
}
