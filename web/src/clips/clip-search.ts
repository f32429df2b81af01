import type { ClipEntry } from "../core/clip-file.ts";

/** What a list of clips is narrowed to. An empty text lets everything through. */
export interface ClipQuery {
  /** Words that are all in a clip's number, id, label or splits. */
  text: string;
  label: string;
  split: string;
}

/** The places of the entries that fit. */
export function matching(entries: ClipEntry[], { text, label, split }: ClipQuery): number[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found: number[] = [];
  for (const [i, entry] of entries.entries()) {
    if (label && entry.label !== label) continue;
    if (split && !entry.splits.includes(split)) continue;
    const line = `${i + 1} ${entry.id} ${entry.label ?? ""} ${entry.splits.join(" ")}`.toLowerCase();
    if (words.every((word) => line.includes(word))) found.push(i);
  }
  return found;
}

/** The different values and how many entries have each, in the order of their names; numbers in names count. */
export function counted(values: Iterable<string | null>): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
}
