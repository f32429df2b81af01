import { escaped, nice, round } from "../base/svg.ts";
import type { Rate } from "./rates.ts";

/** The fooling rates of one setting. */
export interface Point {
  name: string;
  /** Its epsilon; null if the sweep does not vary epsilon. */
  x: number | null;
  last: Rate;
  best: Rate;
}

export interface Figure {
  title: string;
  /** One line below the title. */
  about: string;
  /** Unit of the epsilons, and the body height in it, if known. */
  unit: string;
  height: number | null;
  points: Point[];
}

/** SVG colours. */
export interface Palette {
  ink: string;
  faint: string;
  line: string;
  ground: string;
  last: string;
  best: string;
}

/** For files: the light theme's colours, which print well. */
export const paper: Palette = {
  ink: "#16202b",
  faint: "#647180",
  line: "#dde2e8",
  ground: "#ffffff",
  last: "#b84a00",
  best: "#0b66b0",
};

/** For the page: its theme's colours. */
export const themed: Palette = {
  ink: "var(--ink)",
  faint: "var(--ink-3)",
  line: "var(--line)",
  ground: "var(--surface)",
  last: "var(--perturbed)",
  best: "var(--clean)",
};

const LEFT = 46;
const RIGHT = 16;
const DASHED = 'stroke-dasharray="7 4"';
const FONT = 'font-family="system-ui, sans-serif" font-size="12"';

/**
 * Fooling rates as an SVG, `width` pixels wide: over epsilon if the sweep varies it, else one row per setting. The
 * page and the file share this drawing; each point has its interval, which uPlot does not draw.
 */
export function draw(figure: Figure, palette: Palette, width: number, titled: boolean): string {
  const top = titled ? 74 : 30;
  const numbers = figure.points.every((point) => point.x !== null);
  const { body, height } = numbers
    ? overEpsilon(figure, palette, width, top)
    : asRows(figure, palette, width, top);
  const head = titled
    ? `<text x="16" y="24" font-size="15" font-weight="600" fill="${palette.ink}">${escaped(figure.title)}</text>` +
      `<text x="16" y="42" fill="${palette.faint}">${escaped(figure.about)}</text>`
    : "";
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" ${FONT}>` +
    `<title>${escaped(figure.title)}</title><desc>${escaped(figure.about)}</desc>` +
    `<rect width="${width}" height="${height}" fill="${palette.ground}"/>` +
    `${head}${legend(palette, top - 18)}${body}</svg>`
  );
}

function overEpsilon({ points, unit, height: body }: Figure, palette: Palette, width: number, top: number) {
  const bottom = top + 230;
  const xs = points.map((point) => point.x ?? 0);
  const most = Math.max(...xs) * 1.04 || 1;
  const x = (value: number) => LEFT + (value / most) * (width - LEFT - RIGHT);
  const y = (share: number) => bottom - share * (bottom - top - 8);
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<path d="M${LEFT} ${round(y(share))}H${width - RIGHT}" stroke="${palette.line}"/>` +
      text(LEFT - 8, y(share) + 4, `${share * 100} %`, palette.faint, "end"),
  );
  const ticks = nice(most, Math.max(3, Math.floor(width / 90))).map(
    (tick) =>
      text(x(tick), bottom + 18, String(tick), palette.faint, "middle") +
      (body && tick > 0
        ? text(
            x(tick),
            bottom + 34,
            `${Number(((tick / body) * 100).toPrecision(2))} %`,
            palette.faint,
            "middle",
          )
        : ""),
  );
  const caption = `epsilon in ${unit}${body ? ", below it as a share of body height" : ""}`;
  const known = points.filter((point) => point.last.of > 0);
  const line = (of: (point: Point) => Rate) =>
    known
      .map((point, i) => `${i ? "L" : "M"}${round(x(point.x ?? 0))} ${round(y(of(point).share))}`)
      .join("");
  const whisker = (at: number, { low, high }: Rate, colour: string) => {
    const [middle, left] = [round(at), round(at - 3)];
    const [bottom, top] = [round(y(low)), round(y(high))];
    const path = `M${middle} ${bottom}V${top}M${left} ${bottom}h6M${left} ${top}h6`;
    return `<path d="${path}" stroke="${colour}" stroke-width="1.2" fill="none"/>`;
  };
  const marks = known.map((point) => {
    const at = x(point.x ?? 0);
    return (
      `<g><title>${escaped(words(point))}</title>` +
      `${whisker(at + 4, point.best, palette.best)}${whisker(at - 4, point.last, palette.last)}` +
      `${diamond(at, y(point.best.share), palette)}${circle(at, y(point.last.share), palette)}</g>`
    );
  });
  const lines =
    `<path d="${line((point) => point.best)}" fill="none" stroke="${palette.best}" stroke-width="2" ${DASHED}/>` +
    `<path d="${line((point) => point.last)}" fill="none" stroke="${palette.last}" stroke-width="2"/>`;
  const under = body ? 56 : 40;
  return {
    body: [
      ...grid,
      ...ticks,
      text((LEFT + width - RIGHT) / 2, bottom + under, caption, palette.faint, "middle"),
      known.length > 0 ? lines : "",
      ...marks,
    ].join(""),
    height: bottom + under + 10,
  };
}

function asRows({ points }: Figure, palette: Palette, width: number, top: number) {
  const ROW = 46;
  const left = 16;
  const bottom = top + points.length * ROW;
  const x = (share: number) => left + share * (width - left - RIGHT - 14);
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<path d="M${round(x(share))} ${top}V${bottom}" stroke="${palette.line}"/>` +
      text(x(share), bottom + 18, `${share * 100} %`, palette.faint, share === 0 ? "start" : "middle"),
  );
  const whisker = (at: number, { low, high }: Rate, colour: string, dash: string) =>
    `<path d="M${round(x(low))} ${at}H${round(x(high))}" stroke="${colour}" stroke-width="2"${dash}/>` +
    `<path d="M${round(x(low))} ${at - 4}v8M${round(x(high))} ${at - 4}v8" stroke="${colour}" stroke-width="1.2"/>`;
  const rows = points.map((point, i) => {
    const at = top + i * ROW;
    // The outline keeps the name readable over the grid.
    const outline = `stroke="${palette.ground}" stroke-width="4" paint-order="stroke"`;
    const name =
      `<text x="${left}" y="${at + 14}" fill="${palette.ink}" ${outline}>` + `${escaped(point.name)}</text>`;
    if (point.last.of === 0) return name;
    return (
      `<g><title>${escaped(words(point))}</title>${name}` +
      `${whisker(at + 25, point.last, palette.last, "")}${circle(x(point.last.share), at + 25, palette)}` +
      `${whisker(at + 36, point.best, palette.best, ` ${DASHED}`)}` +
      `${diamond(x(point.best.share), at + 36, palette)}</g>`
    );
  });
  return { body: [...grid, ...rows].join(""), height: bottom + 28 };
}

/** A point in words, as its tooltip. */
export function words({ name, last, best }: Point): string {
  const one = ({ share, hits, of, low, high }: Rate) =>
    `${percent(share)} (${hits} of ${of}; 95 % interval ${percent(low)} to ${percent(high)})`;
  return `${name}: returned iterate ${one(last)}, any iterate ${one(best)}`;
}

const percent = (share: number) => `${Math.round(share * 1000) / 10} %`;

function legend(palette: Palette, y: number): string {
  return (
    `<path d="M16 ${y}h26" stroke="${palette.last}" stroke-width="2"/>${circle(29, y, palette)}` +
    `${text(48, y + 4, "returned iterate", palette.ink, "start")}` +
    `<path d="M168 ${y}h26" stroke="${palette.best}" stroke-width="2" ${DASHED}/>${diamond(181, y, palette)}` +
    `${text(200, y + 4, "any iterate", palette.ink, "start")}`
  );
}

const circle = (x: number, y: number, { last }: Palette) =>
  `<circle cx="${round(x)}" cy="${round(y)}" r="4" fill="${last}"/>`;

const diamond = (x: number, y: number, { best, ground }: Palette) =>
  `<path d="M${round(x)} ${round(y - 6)}l6 6-6 6-6-6z" fill="${ground}" stroke="${best}" stroke-width="1.6"/>`;

const text = (x: number, y: number, words: string, fill: string, anchor: "start" | "middle" | "end") =>
  `<text x="${round(x)}" y="${round(y)}" fill="${fill}" text-anchor="${anchor}">${escaped(words)}</text>`;
