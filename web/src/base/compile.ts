/** Compiles a WebAssembly module during its download if the server sends the right content type, else after it. */
export async function compile(response: Response): Promise<WebAssembly.Module> {
  const named = response.headers.get("Content-Type")?.startsWith("application/wasm");
  return named
    ? await WebAssembly.compileStreaming(response)
    : await WebAssembly.compile(await response.arrayBuffer());
}
