/** A call of the engine takes about this long at most: orders are obeyed between two calls. */
const CALL_MS = 100;
const MOST = 16;

/**
 * How many steps to ask the engine for, after a call that has taken `taken` of them in `ms` milliseconds: twice as many, as
 * far as they fit. A GPU takes what it is asked for in one go; a CPU takes one step, whatever it is asked for.
 */
export function stepsAtOnce(taken: number, ms: number): number {
  const fit = Math.floor((CALL_MS * taken) / ms);
  return Math.max(1, Math.min(fit, 2 * taken, MOST));
}
