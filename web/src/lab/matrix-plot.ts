import { escaped } from "../base/svg.ts";
import { cellWords, type Matrix, percent } from "./matrix.ts";
import type { Palette } from "./plot.ts";

const NAMES = 210;
const CELL = 104;
const ROW = 58;
const TOP = 128;

/** The matrix as an SVG. */
export function drawMatrix(matrix: Matrix, palette: Palette, title: string, about: string): string {
  const { lines, columns, cells } = matrix;
  const width = Math.max(720, NAMES + columns.length * CELL + 16);
  const height = TOP + lines.length * ROW + 40;
  const label = (x: number, y: number, words: string, fill: string, more = "") =>
    `<text x="${x}" y="${y}" fill="${fill}"${more}>${escaped(words)}</text>`;
  const middle = ' text-anchor="middle"';
  // Long names are cut, as columns are narrow; the cell's title has the whole name.
  const heads = columns.map((column, j) =>
    label(NAMES + (j + 0.5) * CELL, TOP - 10, cut(column.name, 15), palette.ink, middle),
  );
  const rows = lines.map((one, i) => {
    const y = TOP + i * ROW;
    const drawn = columns.map((column, j) => {
      const x = NAMES + j * CELL;
      const rate = cells[i]?.[j] ?? null;
      const known = rate !== null && rate.of > 0;
      const own = matrix.framed(one, column);
      const [cx, frame] = [x + CELL / 2, own ? palette.ink : palette.line];
      const box =
        `x="${x + 2}" y="${y + 2}" width="${CELL - 4}" height="${ROW - 4}" ` +
        `stroke="${frame}" stroke-width="${own ? 2 : 1}" fill="${palette.last}" ` +
        `fill-opacity="${known ? (0.45 * rate.share).toFixed(3) : 0}"`;
      const words = known
        ? label(cx, y + 26, `${percent(rate.share)} %`, palette.ink, `${middle} font-weight="600"`) +
          label(
            cx,
            y + 43,
            `${rate.hits}/${rate.of}; ${percent(rate.low)}–${percent(rate.high)}`,
            palette.ink,
            `${middle} font-size="10"`,
          )
        : label(cx, y + 32, "–", palette.faint, middle);
      return `<g><title>${escaped(cellWords(matrix, i, j))}</title><rect ${box}/>${words}</g>`;
    });
    return label(16, y + 33, cut(one.name, 28), palette.ink) + drawn.join("");
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">` +
    `<title>${escaped(title)}</title><desc>${escaped(about)}</desc>` +
    `<rect width="${width}" height="${height}" fill="${palette.ground}"/>` +
    label(16, 24, title, palette.ink, ' font-size="15" font-weight="600"') +
    label(16, 42, about, palette.faint) +
    label(16, TOP - 10, matrix.about.lines, palette.faint) +
    label(NAMES, TOP - 32, matrix.about.columns, palette.faint) +
    heads.join("") +
    rows.join("") +
    label(16, height - 14, matrix.about.foot, palette.faint) +
    "</svg>"
  );
}

const cut = (name: string, most: number) => (name.length > most ? `${name.slice(0, most - 1)}…` : name);
