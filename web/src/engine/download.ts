/** Called with the bytes so far and in all (0 while unknown), both uncompressed. */
export type Progress = (loaded: number, total: number) => void;

const PAUSES_MS = [500, 1500];

/** Does something that needs the network, and again, twice, where it fails. */
export async function persistently<T>(action: () => Promise<T>): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await action();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return await action();
}

/** Opens a file; anything but success is an error. */
export async function open(address: URL): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch {
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
export async function download(address: URL, size: number, progress: Progress): Promise<ArrayBuffer> {
  return persistently(async () => {
    const response = await open(address);
    const total = size || announced(response);
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    await count(response, total, progress, (chunk) => chunks.push(chunk));
    return new Blob(chunks).arrayBuffer();
  });
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

/** Is it the file that the manifest names? Pages without a secure origin cannot tell and let it pass. */
export async function verify(bytes: ArrayBuffer, sha256: string, name: string): Promise<void> {
  if (!globalThis.crypto?.subtle) return;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex !== sha256) throw { kind: "weights", message: `${name} is not the file that the manifest names` };
}
