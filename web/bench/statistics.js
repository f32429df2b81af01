// What is made of the seconds of the rounds.

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  if (sorted.length === 0) return null;
  const [low, high] = [Math.floor((sorted.length - 1) / 2), Math.ceil((sorted.length - 1) / 2)];
  return (sorted[low] + sorted[high]) / 2;
}

/** How many times as long as `other` a row takes: the median of the rounds' own ratios, as both were measured close together. */
export function ratio(row, other) {
  const pairs = row.seconds.slice(0, other.seconds.length);
  return median(pairs.map((seconds, round) => seconds / other.seconds[round]));
}

export const find = (rows, side) => rows.find((row) => row.side === side) ?? null;

/** Billions of floating-point operations a second, by the median. */
export const gflops = (flops, row) => flops / median(row.seconds) / 1e9;
