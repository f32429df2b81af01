/** A thread of the worker pool: waits in shared memory for work. Its first message is the only one. */
import { glueOf } from "./glue.ts";
import type { ModuleName } from "./module-choice.ts";
import { messages } from "./turns.ts";

export interface Start {
  name: ModuleName;
  module: WebAssembly.Module;
  buffer: SharedArrayBuffer;
  /** The thread's number in the pool, from 0. */
  thread: number;
}

self.addEventListener("message", async ({ data }: MessageEvent<Start>) => {
  const { name, module, buffer, thread } = data;
  const { giveUp, help, initSync } = await glueOf(name);
  initSync({ module });
  self.postMessage("ready");
  try {
    for (let job = 0; ; await messages()) job = help(buffer, thread, job);
  } catch {
    // The engine computes this thread's share itself and continues without the pool.
    giveUp(buffer, thread);
  }
});

// A rejected promise is not an error of the worker, but the engine waits for one.
self.addEventListener("unhandledrejection", ({ reason }) => {
  setTimeout(() => {
    throw reason;
  });
});
