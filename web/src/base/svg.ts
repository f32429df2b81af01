const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text for SVG and HTML. */
export const escaped = (raw: string) => raw.replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);

/** A number for SVG, with one decimal. */
export const round = (value: number) => Number(value.toFixed(1));

/** About `count` round numbers from 0 to `most`. */
export function nice(most: number, count: number): number[] {
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}
