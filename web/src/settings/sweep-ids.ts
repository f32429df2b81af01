/** The sweeps: the paper's evaluation, and attacks against victims. */
export const sweepIds = ["one-step", "basic", "regions", "ablation", "peers", "transfer", "matrix"] as const;
export type SweepId = (typeof sweepIds)[number];
