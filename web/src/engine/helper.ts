/** A helper of the engine: one more thread for the CPU. It waits for work and never answers messages again. */
import { giveUp, help, initSync } from "../../pkg/engine/engine.js";

export interface Start {
  module: WebAssembly.Module;
  buffer: SharedArrayBuffer;
  /** Its number, from 0. */
  helper: number;
}

self.addEventListener("message", ({ data: { module, buffer, helper } }: MessageEvent<Start>) => {
  initSync({ module });
  self.postMessage("ready");
  try {
    help(buffer, helper);
  } catch {
    // The engine does its part instead, and goes on without helpers.
    giveUp(buffer, helper);
  }
});
