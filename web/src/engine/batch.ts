import type { Backend } from "../core/types.ts";

/** Intended duration of one engine call: pause, cancel and changed settings take effect between two calls. */
const CALL_MS = 100;
const MOST_STEPS = 16;
const MOST_ATTACKS = 8;
/** Frames of all attacks in one pass, per person: a frame needs about half a megabyte of activations. */
const MOST_FRAMES = 640;

/**
 * Steps to request in the next call, after one that took `taken` steps in `ms` milliseconds: as many as fit into a
 * call, at most twice as many as before. A GPU takes the requested steps at once; a CPU takes one per call in any
 * case.
 */
export function stepsAtOnce(taken: number, ms: number): number {
  const fit = Math.floor((CALL_MS * taken) / ms);
  return Math.max(1, Math.min(fit, 2 * taken, MOST_STEPS));
}

/**
 * Attacks to compute together on clips of `frames` frames as the network sees them, times people. One on a CPU
 * (emulated GPUs included), which a single clip keeps busy. On a GPU, as many as keep a call short even if the device
 * computes them one after the other.
 */
export function attacksAtOnce(backend: Backend | null, frames: number): number {
  if (backend?.kind !== "webgpu" || backend.software || !backend.parity) return 1;
  const prompt = Math.floor(CALL_MS / backend.parity.gpuMs);
  return Math.max(1, Math.min(prompt, Math.floor(MOST_FRAMES / frames), MOST_ATTACKS));
}
