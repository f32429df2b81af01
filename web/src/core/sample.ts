import { drawClips } from "../../pkg/viewer/viewer.js";

/**
 * Draws one item of each class by seed, with the draw of `ciasa eval`: the same seed and items give the same draw.
 * `labels`: the class of each item, null or an unknown name for none. Returns indices into `labels`, in the order of
 * `classes`. Needs the module loaded.
 */
export function drawOneEach(labels: (string | null)[], classes: string[], seed: number): number[] {
  const known = labels.flatMap((label, item) => {
    const of = label === null ? -1 : classes.indexOf(label);
    return of < 0 ? [] : [{ item, of }];
  });
  const drawn = drawClips(
    Uint32Array.from(known, ({ of }) => of),
    new Set(known.map(({ of }) => of)).size,
    BigInt(seed),
  );
  return [...drawn]
    .flatMap((i) => known[i] ?? [])
    .sort((a, b) => a.of - b.of)
    .map(({ item }) => item);
}
