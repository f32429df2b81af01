/**
 * The engine's two modules: one with WebGPU, and one a quarter of its size that has the CPU alone. A browser downloads
 * only the one that it can use.
 */
import type { DeviceChoice } from "../core/types.ts";

export type ModuleName = "engine" | "cpu-engine";

/** Where each module is. */
export const addresses: Record<ModuleName, URL> = {
  engine: new URL("../../pkg/engine/engine_bg.wasm", import.meta.url),
  "cpu-engine": new URL("../../pkg/cpu-engine/cpu-engine_bg.wasm", import.meta.url),
};

/** A browser whose GPU process hangs never answers. */
const ADAPTER_MS = 5_000;

/**
 * The module for a choice of device. Without a GPU adapter, the module for the CPU says why there is none. Who asks for
 * WebGPU gets the module that waits longer for an adapter.
 */
export async function moduleFor(choice: DeviceChoice): Promise<ModuleName> {
  if (choice === "cpu" || !navigator.gpu) return "cpu-engine";
  if (choice === "webgpu") return "engine";
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), ADAPTER_MS));
  const asked = navigator.gpu.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  return (await Promise.race([asked, late])) ? "engine" : "cpu-engine";
}
