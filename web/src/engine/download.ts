/** Called with the bytes so far and in all (0 while unknown), both uncompressed. */
export type Progress = (loaded: number, total: number) => void;

const PAUSES_MS = [500, 1500];

/** What a call ends with that its caller has called off. */
export const calledOff = { kind: "cancelled", message: "called off" };

/** Does something that needs the network, and again, twice, where it fails and has not been called off. */
export async function persistently<T>(action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await action();
    } catch {
      if (signal?.aborted) throw calledOff;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return await action();
}

/** Opens a file; anything but success is an error. */
export async function open(address: URL, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, { signal: signal ?? null });
  } catch {
    if (signal?.aborted) throw calledOff;
    throw { kind: "network", message: `${address.pathname} could not be downloaded` };
  }
  if (!response.ok) {
    throw { kind: "network", message: `${address.pathname}: the server answered ${response.status}` };
  }
  return response;
}

/** The uncompressed size that a response announces. */
export function announced(response: Response): number {
  // Behind a Content-Encoding the length is that of the compressed bytes, while a stream counts the others.
  return response.headers.has("Content-Encoding") ? 0 : Number(response.headers.get("Content-Length") ?? 0);
}

/** Reads a whole file and tells its progress. `size` is what the manifest says, 0 where nobody knows. */
export async function download(
  address: URL,
  size: number,
  progress: Progress,
  signal?: AbortSignal,
): Promise<ArrayBuffer> {
  return persistently(async () => {
    const response = await open(address, signal);
    const total = size || announced(response);
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    await count(response, total, progress, (chunk) => chunks.push(chunk));
    return new Blob(chunks).arrayBuffer();
  }, signal);
}

/** Reads a body to its end; `keep` gets each chunk. */
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

/** The SHA-256 in hexadecimal digits; empty on pages without a secure origin, which cannot compute it. */
export async function sha256(bytes: ArrayBuffer): Promise<string> {
  if (!globalThis.crypto?.subtle) return "";
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Is it the file that the manifest names? A page that cannot tell lets it pass. */
export async function verify(bytes: ArrayBuffer, wanted: string, name: string): Promise<void> {
  const found = await sha256(bytes);
  if (found !== "" && found !== wanted)
    throw { kind: "weights", message: `${name} is not the file that the manifest names` };
}
