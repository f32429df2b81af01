/** The 97.5 % point of the normal distribution: two tails of 2.5 % leave 95 %. */
const Z = 1.959963984540054;

/**
 * Wilson's score interval of 95 % for `hits` of `of`, `of` > 0 (E. B. Wilson, Probable inference, the law of
 * succession, and statistical inference, 1927). Stays within 0 and 1 and is sound for few trials.
 */
export function wilson(hits: number, of: number): { low: number; high: number } {
  const share = hits / of;
  const square = Z * Z;
  const centre = share + square / (2 * of);
  const half = Z * Math.sqrt((share * (1 - share) + square / (4 * of)) / of);
  const scale = 1 + square / of;
  return { low: Math.max(0, (centre - half) / scale), high: Math.min(1, (centre + half) / scale) };
}
