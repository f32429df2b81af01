import type { Entry } from "../clips/gallery.ts";
import { drawOneEach } from "../core/sample.ts";

/** The clips of one class. */
export interface ClassGroup {
  /** null: clips whose label is missing or not a class of the network. */
  label: string | null;
  entries: Entry[];
}

/** Groups clips by class, in the network's order; clips of no class of it form the last group. */
export function byClass(entries: Entry[], classes: string[]): ClassGroup[] {
  const of = (label: string) => entries.filter((entry) => entry.label === label);
  const groups: ClassGroup[] = classes.map((label) => ({ label, entries: of(label) }));
  const rest = entries.filter((entry) => entry.label === null || !classes.includes(entry.label));
  return [...groups, { label: null, entries: rest }].filter((group) => group.entries.length > 0);
}

/**
 * Ids of one clip of each class, drawn by seed. The same seed draws the same clips, here and in `ciasa eval`, which
 * takes the clips in the order of their file names.
 */
export function oneEach(entries: Entry[], classes: string[], seed: number): string[] {
  const place = ({ id, file }: Entry) => file ?? id;
  const ordered = [...entries].sort((a, b) => (place(a) < place(b) ? -1 : 1));
  const labels = ordered.map((entry) => entry.label);
  return drawOneEach(labels, classes, seed).flatMap((i) => ordered[i]?.id ?? []);
}
