import type { EVAL_COLUMNS } from "../generated/constants.ts";

/** A column of the tables of `ciasa eval`. */
export type EvalColumn = (typeof EVAL_COLUMNS)[number];
