// A thread of our engine's worker pool, as in the page.
import { help, initSync } from "/engine/engine.js";

self.onmessage = ({ data: { module, buffer, helper } }) => {
  initSync({ module });
  self.postMessage("ready");
  help(buffer, helper);
};
