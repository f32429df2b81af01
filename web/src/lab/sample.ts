import type { Entry } from "../clips/library.ts";

/** Numbers in [0, 1) from a seed (mulberry32, T. Ettinger; public domain). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The clips of one class; without a label, or with one that the network does not know, the last group. */
export interface ClassGroup {
  /** null: of no class of this network. */
  label: string | null;
  entries: Entry[];
}

/** Clips by class, in the network's order. */
export function byClass(entries: Entry[], classes: string[]): ClassGroup[] {
  const of = (label: string) => entries.filter((entry) => entry.label === label);
  const groups: ClassGroup[] = classes.map((label) => ({ label, entries: of(label) }));
  const rest = entries.filter((entry) => entry.label === null || !classes.includes(entry.label));
  return [...groups, { label: null, entries: rest }].filter((group) => group.entries.length > 0);
}

/** One clip of each class, drawn by seed. The same seed draws the same clips. */
export function oneEach(entries: Entry[], classes: string[], seed: number): string[] {
  const draw = random(seed);
  return byClass(entries, classes)
    .filter((group) => group.label !== null)
    .map(({ entries: of }) => of[Math.floor(draw() * of.length)]?.id)
    .filter((id) => id !== undefined);
}
