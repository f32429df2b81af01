// A helper of our engine, as the page has them.
import { help, initSync } from "/pkg/engine/engine.js";

self.onmessage = ({ data: { module, buffer, helper } }) => {
  initSync({ module });
  self.postMessage("ready");
  help(buffer, helper);
};
