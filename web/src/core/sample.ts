/**
 * Draws one item of each class by seed; the same seed draws the same items. `labels`: the class of each item, null or
 * an unknown name for none. Returns indices into `labels`, in the order of `classes`.
 */
export function drawOneEach(labels: (string | null)[], classes: string[], seed: number): number[] {
  const next = random(seed);
  return classes.flatMap((name) => {
    const items = labels.flatMap((label, i) => (label === name ? [i] : []));
    if (items.length === 0) return [];
    return items[Math.floor(next() * items.length)] ?? [];
  });
}

/** Numbers in [0, 1) from a seed (mulberry32, T. Ettinger; public domain). */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
