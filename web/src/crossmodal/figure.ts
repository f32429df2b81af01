import type { Clip } from "../base/clip.ts";
import { Failure } from "../base/failure.ts";
import type { Person, Setting, Takes } from "../body/person.ts";

/** Instants that are drawn, edge of each, and width of the words before them. */
const COLUMNS = 6;
const CELL = 150;
const WORDS = 190;
/** Metres that a cell shows of a skeleton, around its pelvis. */
const METRES = 2.1;
/** Clean is blue and perturbed is orange, as everywhere; the sheet is white in every theme. */
const INK = { clean: "#0b66b0", perturbed: "#b84a00" };

/** The clips of the six rows. */
export interface Figure {
  clip: Clip;
  /** (T, M, V, C) */
  perturbed: Float32Array;
  /** What came back from the film. */
  recovered: { clean: Clip; perturbed: Clip };
  setting: Setting;
  /** Parent of each joint of Kinect v1. */
  parents: number[];
  /** What the network sees in the four skeletons. */
  labels: { clean: string; cleanFilm: string; perturbed: string; perturbedFilm: string };
}

/** The six rows of the paper's figure 5: skeleton, film and recovered skeleton, first clean, then perturbed. */
export function figure(person: Person, of: Figure): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = WORDS + COLUMNS * CELL;
  canvas.height = 6 * CELL;
  const paper = canvas.getContext("2d");
  if (!paper)
    throw new Failure("device", "The browser gave no canvas to draw on. Close other pages and try again.");
  paper.fillStyle = "#ffffff";
  paper.fillRect(0, 0, canvas.width, canvas.height);
  person.film(of.clip, of.perturbed, of.setting);
  const frames = Array.from({ length: COLUMNS }, (_, i) =>
    Math.round(((of.clip.frames - 1) * (i + 0.5)) / COLUMNS),
  );
  const attacked = { ...of.clip, data: of.perturbed };
  const { labels, recovered, parents } = of;
  const skeletons = (row: number, letter: string, clip: Clip, name: keyof typeof INK, label: string) => {
    words(paper, row, `(${letter}) ${row % 3 === 0 ? "Skeleton" : "Recovered"}`, label, INK[name]);
    for (const [i, frame] of frames.entries()) skeleton(paper, cell(row, i), clip, frame, parents, INK[name]);
  };
  const film = (row: number, letter: string, take: Takes, name: keyof typeof INK) => {
    words(paper, row, `(${letter}) Film`, take === "clean" ? "clean" : "perturbed", INK[name]);
    for (const [i, frame] of frames.entries()) {
      person.draw(frame, take);
      const { x, y } = cell(row, i);
      paper.drawImage(person.canvas, x + 2, y + 2, CELL - 4, CELL - 4);
    }
  };
  skeletons(0, "a", of.clip, "clean", labels.clean);
  film(1, "b", "clean", "clean");
  skeletons(2, "c", recovered.clean, "clean", labels.cleanFilm);
  skeletons(3, "d", attacked, "perturbed", labels.perturbed);
  film(4, "e", "perturbed", "perturbed");
  skeletons(5, "f", recovered.perturbed, "perturbed", labels.perturbedFilm);
  return canvas;
}

const cell = (row: number, column: number) => ({ x: WORDS + column * CELL, y: row * CELL });

function words(
  paper: CanvasRenderingContext2D,
  row: number,
  title: string,
  label: string,
  color: string,
): void {
  paper.fillStyle = "#16202b";
  paper.font = "600 16px system-ui, sans-serif";
  paper.fillText(title, 12, row * CELL + CELL / 2 - 4, WORDS - 16);
  paper.fillStyle = color;
  paper.font = "15px system-ui, sans-serif";
  paper.fillText(label, 12, row * CELL + CELL / 2 + 18, WORDS - 16);
}

/** A frame's first person around the pelvis, as a Kinect saw it: its x points to the left of the picture. */
function skeleton(
  paper: CanvasRenderingContext2D,
  corner: { x: number; y: number },
  clip: Clip,
  frame: number,
  parents: number[],
  color: string,
): void {
  const start = frame * clip.people * parents.length * 3;
  const from = (joint: number, axis: number) =>
    (clip.data[start + 3 * joint + axis] ?? 0) - (clip.data[start + axis] ?? 0);
  const place = (joint: number): [number, number] => [
    corner.x + CELL / 2 - (from(joint, 0) * CELL) / METRES,
    corner.y + CELL / 2 - (from(joint, 1) * CELL) / METRES,
  ];
  paper.strokeStyle = color;
  paper.lineWidth = 3;
  paper.lineCap = "round";
  for (const [joint, parent] of parents.entries()) {
    paper.beginPath();
    paper.moveTo(...place(parent));
    paper.lineTo(...place(joint));
    paper.stroke();
  }
}
