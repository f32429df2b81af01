import type { LayoutInfo } from "../core/layout.ts";

/** A number with three significant digits. */
export function digits(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 0.001 || size >= 100_000) return value.toExponential(1);
  return value.toLocaleString("en", { maximumSignificantDigits: size >= 100 ? 4 : 3 });
}

/** A length for people: centimetres, or percent of the picture. */
export function length(value: number, layout: LayoutInfo): string {
  return layout.unit === "m" ? `${digits(value * 100)} cm` : `${digits(value * 100)} % of the picture`;
}

/** A probability in percent; values near 0 and 1 never read 0 % or 100 %. */
export function percent(p: number): string {
  if (p > 0.995 && p < 1) return `${Math.min(p * 100, 99.9).toFixed(1)} %`;
  if (p > 0 && p < 0.005) return "< 0.5 %";
  return `${Math.round(p * 100)} %`;
}

/** Bytes in megabytes. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
