// Statistics of the seconds of the rounds.

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  if (sorted.length === 0) return null;
  const [low, high] = [Math.floor((sorted.length - 1) / 2), Math.ceil((sorted.length - 1) / 2)];
  return (sorted[low] + sorted[high]) / 2;
}

/** Time relative to `other`: the median of the ratios within a round, where both were measured close together. */
export function ratio(row, other) {
  const pairs = row.seconds.slice(0, other.seconds.length);
  return median(pairs.map((seconds, round) => seconds / other.seconds[round]));
}

/** The same, by the time on cores, where it was measured. */
export const busyRatio = (row, other) =>
  row.busy?.length > 0 && other.busy?.length > 0
    ? ratio({ seconds: row.busy }, { seconds: other.busy })
    : null;

export const find = (rows, side) => rows.find((row) => row.side === side) ?? null;

/** GFLOP/s by the median time. */
export const gflops = (flops, row) => flops / median(row.seconds) / 1e9;

/** The first case of steps on a single clip. */
export const single = (result) =>
  result.cases.find(({ what = "step", batch }) => what === "step" && batch === 1) ?? null;
