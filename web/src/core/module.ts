import init from "../../pkg/viewer/viewer.js";

let loading: Promise<unknown> | null = null;

/**
 * Loads the small WebAssembly module, once for the whole page: the viewer, and everything that Rust computes for the
 * page outside the engine. A failed load can be tried again.
 */
export async function loadCore(): Promise<void> {
  loading ??= init().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  await loading;
}
