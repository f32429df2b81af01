/** A thread of the worker pool: waits in shared memory for work and handles no message after the first. */
import { giveUp, help, initSync } from "../../pkg/engine/engine.js";

export interface Start {
  module: WebAssembly.Module;
  buffer: SharedArrayBuffer;
  /** The thread's number in the pool, from 0. */
  thread: number;
}

self.addEventListener("message", ({ data: { module, buffer, thread } }: MessageEvent<Start>) => {
  initSync({ module });
  self.postMessage("ready");
  try {
    help(buffer, thread);
  } catch {
    // The engine computes this thread's share itself and continues without the pool.
    giveUp(buffer, thread);
  }
});
