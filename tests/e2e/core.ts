// Loads the small WebAssembly module, web/pkg/viewer, into node: for specs of TypeScript that calls Rust and needs no
// browser.
import { readFileSync } from "node:fs";
import { initSync } from "../../web/pkg/viewer/viewer.js";
import { beginEarly } from "../../web/src/base/early.ts";
import { coreAddress } from "../../web/src/core/module-address.ts";

const module = new WebAssembly.Module(readFileSync(coreAddress));
initSync({ module });
// What asks for the module later gets this one; node cannot download a file.
void beginEarly(coreAddress, async () => module);
