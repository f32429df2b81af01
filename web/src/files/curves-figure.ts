import { type CurveKind, curves, linesOf } from "../attack/curves.ts";
import { escaped, nice, round } from "../base/svg.ts";
import type { AttackConfig, StepReport } from "../core/types.ts";

/** The light theme's colours, which print well, by the page's custom properties. */
const COLOURS: Record<string, string> = {
  "--clean": "#0b66b0",
  "--perturbed": "#b84a00",
  "--good": "#1a6b3c",
  "--ink": "#16202b",
  "--ink-3": "#647180",
};
const WIDTH = 960;
const HEIGHT = 360;
const PANEL = WIDTH / 2;
const LEFT = 54;
const TOP = 68;
const BOTTOM = HEIGHT - 46;

/** Probabilities and losses over the steps of an attack, beside each other, as an SVG of 960 by 360 pixels. */
export function curvesSvg(reports: readonly StepReport[], restraint: AttackConfig["restraint"]): string {
  const panels = (["probabilities", "losses"] as const).map(
    (kind, i) => `<g transform="translate(${i * PANEL} 0)">${panel(kind, reports, restraint)}</g>`,
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" ` +
    `font-family="system-ui, sans-serif" font-size="12"><title>Probabilities and losses</title>` +
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>${panels.join("")}</svg>`
  );
}

function panel(
  kind: CurveKind,
  reports: readonly StepReport[],
  restraint: AttackConfig["restraint"],
): string {
  const shown = linesOf(kind, restraint).map((line) => ({ ...line, values: reports.map(line.value) }));
  const lines = shown.filter(({ values }) => values.some((value) => value !== null));
  const all = lines.flatMap(({ values }) => values.filter((value) => value !== null));
  const low = Math.min(0, ...all);
  const high = kind === "probabilities" ? 1 : Math.max(low + 1e-6, ...all) * 1.05;
  const last = Math.max(2, reports.at(-1)?.iteration ?? 2);
  const x = (step: number) => LEFT + ((step - 1) / (last - 1)) * (PANEL - LEFT - 20);
  const y = (value: number) => BOTTOM - ((value - low) / (high - low)) * (BOTTOM - TOP);
  const name = (value: number) => (kind === "probabilities" ? `${Math.round(value * 100)} %` : String(value));
  const above = kind === "probabilities" ? [0, 0.25, 0.5, 0.75, 1] : nice(high, 5);
  const ticks = [
    ...(low < 0
      ? nice(-low, 2)
          .slice(1)
          .map((tick) => -tick)
      : []),
    ...above,
  ];
  const rows = ticks.map(
    (tick) =>
      `<path d="M${LEFT} ${round(y(tick))}H${PANEL - 20}" stroke="#dde2e8"/>` +
      `<text x="${LEFT - 8}" y="${round(y(tick) + 4)}" fill="#647180" text-anchor="end">${name(tick)}</text>`,
  );
  const steps = nice(last, 5).map((tick) => Math.max(1, Math.round(tick)));
  const columns = [...new Set(steps)].map(
    (tick) =>
      `<text x="${round(x(tick))}" y="${BOTTOM + 18}" fill="#647180" text-anchor="middle">${tick}</text>`,
  );
  const drawn = lines.map(({ values, colour, dash }) => {
    const points = values.flatMap((value, i) =>
      value === null ? [] : [`${round(x(reports[i]?.iteration ?? 1))} ${round(y(value))}`],
    );
    return `<path d="M${points.join("L")}" fill="none" ${stroke(colour, dash)}/>`;
  });
  let left = LEFT;
  let down = 40;
  const legend = lines.map(({ name, colour, dash }) => {
    const width = 40 + name.length * 6.6;
    if (left > LEFT && left + width > PANEL) {
      left = LEFT;
      down += 17;
    }
    const at = left;
    left += width;
    const mark = `<path d="M${at} ${down}h22" ${stroke(colour, dash)}/>`;
    return `${mark}<text x="${at + 27}" y="${down + 4}" fill="#16202b">${escaped(name)}</text>`;
  });
  return (
    `<text x="${LEFT}" y="24" font-size="15" font-weight="600" fill="#16202b">${curves[kind].title}</text>` +
    `${legend.join("")}${rows.join("")}${columns.join("")}${drawn.join("")}` +
    `<text x="${(LEFT + PANEL - 20) / 2}" y="${HEIGHT - 10}" fill="#647180" text-anchor="middle">step</text>`
  );
}

function stroke(colour: string, dash: number[]): string {
  const dashed = dash.length > 0 ? ` stroke-dasharray="${dash.join(" ")}"` : "";
  return `stroke="${COLOURS[colour] ?? "#16202b"}" stroke-width="2"${dashed}`;
}
