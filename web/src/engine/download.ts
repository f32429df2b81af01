import { compile } from "../base/compile.ts";
import type { Progress, Run } from "../base/early.ts";

const PAUSES_MS = [500, 1500];

/** The error of a call that its caller has cancelled. */
export const cancelled = { kind: "cancelled", message: "cancelled" };

/** Runs an action that needs the network; after a failure, tries twice more unless `signal` aborts. */
export async function persistently<T>(action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await action();
    } catch {
      if (signal?.aborted) throw cancelled;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return await action();
}

/** Fetches a file; every status but success is an error. */
export async function open(address: URL, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, { signal: signal ?? null });
  } catch {
    if (signal?.aborted) throw cancelled;
    throw {
      kind: "network",
      message: `${address.pathname} could not be downloaded. Check the connection and try again.`,
    };
  }
  if (!response.ok) {
    throw { kind: "network", message: `${address.pathname}: the server answered ${response.status}` };
  }
  return response;
}

/** The uncompressed size in bytes that a response announces; 0 if it does not. */
export function announced(response: Response): number {
  // With a Content-Encoding, the length counts compressed bytes, but the stream delivers uncompressed ones.
  return response.headers.has("Content-Encoding") ? 0 : Number(response.headers.get("Content-Length") ?? 0);
}

/** Downloads a file. `size`: bytes according to the manifest, 0 if unknown. */
export async function download(
  address: URL,
  size: number,
  progress: Progress,
  signal?: AbortSignal,
): Promise<ArrayBuffer> {
  return persistently(async () => {
    const response = await open(address, signal);
    const total = size || announced(response);
    // Into one array where the size is known: weights are large.
    let bytes = new Uint8Array(total);
    let at = 0;
    await count(response, total, progress, (chunk) => {
      if (at + chunk.length > bytes.length) {
        const larger = new Uint8Array(Math.max(at + chunk.length, 2 * bytes.length));
        larger.set(bytes);
        bytes = larger;
      }
      bytes.set(chunk, at);
      at += chunk.length;
    });
    return at === bytes.length ? bytes.buffer : bytes.slice(0, at).buffer;
  }, signal);
}

/** Downloads a WebAssembly module, and compiles it while it comes. The browser caches the compiled code. */
export const moduleAt =
  (address: URL): Run<WebAssembly.Module> =>
  (progress, signal) =>
    persistently(async () => {
      const response = await open(address, signal);
      // Progress is counted on a copy: browsers cache compiled code only for the response from the network itself.
      const copy = response.clone();
      const [module] = await Promise.all([compile(response), count(copy, announced(copy), progress)]);
      return module;
    }, signal);

/** Downloads a file of so many bytes. */
export const bytesAt =
  (address: URL, size: number): Run<ArrayBuffer> =>
  (progress, signal) =>
    download(address, size, progress, signal);

/** Reads a body to its end and reports progress; `keep` gets each chunk. */
export async function count(
  response: Response,
  total: number,
  progress: Progress,
  keep: (chunk: Uint8Array<ArrayBuffer>) => void = () => {},
): Promise<void> {
  const reader = response.body?.getReader();
  let loaded = 0;
  progress(0, total);
  for (;;) {
    const part = await reader?.read();
    if (!part || part.done) break;
    loaded += part.value.length;
    keep(part.value);
    progress(loaded, total);
  }
}

/** SHA-256 in hexadecimal; empty on insecure origins, where the browser offers no hashing. */
export async function sha256(bytes: ArrayBuffer): Promise<string> {
  if (!globalThis.crypto?.subtle) return "";
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Throws if the bytes do not have the manifest's hash. Passes on insecure origins, which cannot compute it. */
export async function verify(bytes: ArrayBuffer, wanted: string, name: string): Promise<void> {
  const found = await sha256(bytes);
  if (found !== "" && found !== wanted)
    throw { kind: "weights", message: `${name} does not have the SHA-256 in models/manifest.json` };
}
