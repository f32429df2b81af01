import type { State } from "../settings/table.ts";

/** How the stage is to be drawn for a picture. */
export interface Shot {
  /** CSS pixels; lines and figures have the same size relative to the picture as on a stage of this size. */
  width: number;
  height: number;
  /** Picture pixels per CSS pixel. */
  scale: number;
  /** Null: the one on show. */
  view: State["view"] | null;
  frame: number | null;
}

/** Draws the stage into pictures, in the light theme; what is on show stays. Null of the playground without WebGL. */
export interface Easel {
  /** The camera, as `Viewer.viewpoint`; null at the first view. */
  viewpoint(): number[] | null;
  /** The stage's size on the page, CSS pixels. */
  size(): [width: number, height: number];
  /** Draws at a place of a picture, in picture pixels. */
  draw(onto: CanvasRenderingContext2D, left: number, top: number, shot: Shot): void;
  /** The same in vectors. */
  svg(shot: Shot): string;
}
