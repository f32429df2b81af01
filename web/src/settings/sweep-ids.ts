/** The sweeps of the paper's evaluation. */
export const sweepIds = ["one-step", "basic", "regions", "ablation", "peers", "transfer"] as const;
export type SweepId = (typeof sweepIds)[number];
