import { asset } from "../base/assets.ts";
import { takeEarly } from "../base/early.ts";
import type { Manifest, ModelEntry } from "../core/types.ts";
import { bytesAt, moduleAt, verify } from "./download.ts";
import { MANIFEST, manifest, weightsAddress } from "./served.ts";

/** The page need not hear of progress more often than this. */
const EVERY_MS = 100;

/** The downloads of one engine: manifest, weight files, and the progress of these and of the module together. */
export class Downloads {
  #running = new Map<string, { loaded: number; total: number }>();
  #manifest: Promise<Manifest> | null = null;
  #told = 0;
  readonly #changed: (loadedBytes: number, totalBytes: number) => void;

  /** `changed` gets the bytes loaded and the total of all running downloads; the total is 0 while one is unknown. */
  constructor(changed: (loadedBytes: number, totalBytes: number) => void) {
    this.#changed = changed;
  }

  /** The served models, the default first. */
  async models(): Promise<ModelEntry[]> {
    this.#manifest ??= takeEarly(asset(MANIFEST), manifest);
    // A failed download is tried again on the next call.
    this.#manifest.catch(() => {
      this.#manifest = null;
    });
    return (await this.#manifest).models;
  }

  /** A model's weight files, checked against the manifest. */
  weights(entry: ModelEntry, signal?: AbortSignal): Promise<ArrayBuffer[]> {
    return Promise.all(entry.weights.map((one) => this.#file(one, signal)));
  }

  /** The engine's module, compiled. */
  async module(address: URL): Promise<WebAssembly.Module> {
    try {
      const progress = (loaded: number, total: number) => this.progress("engine", loaded, total);
      return await takeEarly(address, moduleAt(address), progress);
    } finally {
      this.finish("engine");
    }
  }

  progress(name: string, loaded: number, total: number): void {
    this.#running.set(name, { loaded, total });
    const now = performance.now();
    if (loaded !== total && now - this.#told < EVERY_MS) return;
    this.#told = now;
    const all = [...this.#running.values()];
    const known = all.every((one) => one.total > 0);
    const sum = (of: "loaded" | "total") => all.reduce((bytes, one) => bytes + one[of], 0);
    this.#changed(sum("loaded"), known ? sum("total") : 0);
  }

  /** Removes a finished download from the progress. */
  finish(name: string): void {
    this.#running.delete(name);
  }

  /** Removes all downloads from the progress. */
  clear(): void {
    this.#running.clear();
  }

  async #file(
    { file, bytes, sha256 }: ModelEntry["weights"][number],
    signal?: AbortSignal,
  ): Promise<ArrayBuffer> {
    try {
      const progress = (loaded: number, total: number) => this.progress(file, loaded, total);
      const address = weightsAddress(file);
      const read = await takeEarly(address, bytesAt(address, bytes), progress, signal);
      await verify(read, sha256, file);
      return read;
    } finally {
      this.finish(file);
    }
  }
}
