import type { Metrics } from "./types.ts";

/** Root mean square change of a joint's acceleration, in the layout's unit per frame squared: a length to show. */
export const accelerationRms = ({ accelerationChange }: Metrics): number => Math.sqrt(accelerationChange);
