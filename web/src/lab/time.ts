import type { Task } from "./plan.ts";
import type { Row } from "./rows.ts";
import type { Setting } from "./sweeps.ts";

/**
 * Estimated seconds for the tasks without a row: each takes the mean time of its setting's rows, or of all rows if its
 * setting has none. Null before the first row.
 */
export function remaining(tasks: Task[], rows: ReadonlyMap<string, Row>): number | null {
  const spent = new Map<Setting, number[]>();
  for (const { key, setting } of tasks) {
    const row = rows.get(key);
    if (row) spent.set(setting, [...(spent.get(setting) ?? []), row.seconds]);
  }
  const overall = mean([...spent.values()].flat());
  if (overall === null) return null;
  const open = tasks.filter((task) => !rows.has(task.key));
  return open.reduce((sum, { setting }) => sum + (mean(spent.get(setting) ?? []) ?? overall), 0);
}

function mean(values: number[]): number | null {
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
}

/** A duration for people, rounded to the precision of an estimate. */
export function duration(seconds: number): string {
  if (seconds < 1) return "less than a second";
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
