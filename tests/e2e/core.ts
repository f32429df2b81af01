// Loads the small WebAssembly module, web/pkg/viewer, into node: for specs of TypeScript that calls Rust and needs no
// browser.
import { readFileSync } from "node:fs";
import { initSync } from "../../web/pkg/viewer/viewer.js";

initSync({ module: readFileSync(new URL("../../web/pkg/viewer/viewer_bg.wasm", import.meta.url)) });
