import init from "../../pkg/viewer/viewer.js";
import { takeEarly } from "../base/early.ts";
import { coreAddress, coreModule } from "./module-address.ts";

let arriving: Promise<WebAssembly.Module> | null = null;
let loading: Promise<unknown> | null = null;

/** Settles when the module is downloaded, before it runs: from then on the line is free for other files. */
export function coreArrives(): Promise<WebAssembly.Module> {
  arriving ??= takeEarly(coreAddress, coreModule).catch((error: unknown) => {
    arriving = null;
    throw error;
  });
  return arriving;
}

/**
 * Loads the small WebAssembly module, once for the whole page: the viewer, and everything that Rust computes for the
 * page outside the engine. A failed load can be tried again.
 */
export async function loadCore(): Promise<void> {
  loading ??= coreArrives()
    .then((module_or_path) => init({ module_or_path }))
    .catch((error: unknown) => {
      loading = null;
      throw error;
    });
  await loading;
}
