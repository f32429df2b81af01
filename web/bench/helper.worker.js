// A thread of our engine's worker pool, as in the page (`web/src/engine/pool-thread.ts`).
import { help, initSync } from "/engine/engine.js";

self.onmessage = async ({ data: { module, buffer, helper } }) => {
  initSync({ module });
  self.postMessage("ready");
  // It returns now and then, so that the browser does what it has for the thread.
  for (let job = 0; ; await new Promise((resolve) => setTimeout(resolve))) job = help(buffer, helper, job);
};
