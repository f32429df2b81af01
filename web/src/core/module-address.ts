import { compile } from "../base/compile.ts";
import { Failure } from "../base/failure.ts";

/** Where the small WebAssembly module is. */
export const coreAddress = new URL("../../pkg/viewer/viewer_bg.wasm", import.meta.url);

/** Downloads and compiles it. */
export async function coreModule(): Promise<WebAssembly.Module> {
  const response = await fetch(coreAddress);
  if (!response.ok)
    throw new Failure("io", `${coreAddress.pathname}: the server answered ${response.status}`);
  return compile(response);
}
