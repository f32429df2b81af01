import { wilsonInterval } from "../../pkg/viewer/viewer.js";

/** Wilson's 95 % score interval of a rate, within 0 and 1; 0 to 1 if `of` is 0. Needs the module loaded. */
export function wilson(hits: number, of: number): { low: number; high: number } {
  const [low = 0, high = 1] = wilsonInterval(hits, of);
  return { low, high };
}
