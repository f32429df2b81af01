import type { Backend } from "./protocol.ts";

/** A call of the engine takes about this long at most: orders are obeyed between two calls. */
const CALL_MS = 100;
const MOST = 16;
/** Attacks in one pass at most, and the frames that these may have, a person each: about half a megabyte of activations a frame. */
const MOST_ATTACKS = 8;
const MOST_FRAMES = 640;

/**
 * How many steps to ask the engine for, after a call that has taken `taken` of them in `ms` milliseconds: twice as many, as
 * far as they fit. A GPU takes what it is asked for in one go; a CPU takes one step, whatever it is asked for.
 */
export function stepsAtOnce(taken: number, ms: number): number {
  const fit = Math.floor((CALL_MS * taken) / ms);
  return Math.max(1, Math.min(fit, 2 * taken, MOST));
}

/**
 * How many attacks to compute together, whose clips have `frames` frames as the network sees them, those of each person
 * counted. One on a CPU, emulated GPUs among them: it is busy with a single clip. A GPU takes as many as fit into a call even if a
 * step of several took it as long as all their steps alone.
 */
export function attacksAtOnce(backend: Backend | null, frames: number): number {
  if (backend?.kind !== "webgpu" || backend.software || !backend.parity) return 1;
  const prompt = Math.floor(CALL_MS / backend.parity.gpuMs);
  return Math.max(1, Math.min(prompt, Math.floor(MOST_FRAMES / frames), MOST_ATTACKS));
}
