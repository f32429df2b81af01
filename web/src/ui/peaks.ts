/** Marks on the track, at most. */
const MOST = 6;
/** A peak has at least this share of the largest value. */
const HIGH = 0.6;
/** Peaks are apart by at least this share of the clip. */
const APART = 0.06;

/** The frames where a curve over frames is large: its highest peaks that are apart, in order of time. */
export function peaks(values: ArrayLike<number>): number[] {
  const all = Array.from(values);
  const most = Math.max(0, ...all);
  if (most <= 0) return [];
  const at = (t: number) => all[t] ?? Number.NEGATIVE_INFINITY;
  const top = all.flatMap((value, t) =>
    value >= HIGH * most && value >= at(t - 1) && value > at(t + 1) ? [t] : [],
  );
  const near = Math.max(2, all.length * APART);
  const kept: number[] = [];
  for (const t of top.sort((a, b) => at(b) - at(a))) {
    if (kept.length < MOST && kept.every((other) => Math.abs(other - t) >= near)) kept.push(t);
  }
  return kept.sort((a, b) => a - b);
}
