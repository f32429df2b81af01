import { asset } from "../base/assets.ts";

/** What a service worker is doing for this page. */
export type OfflineStatus = "off" | "storing" | "ready";

/**
 * The page's side of the service worker (web/offline/ciasa-sw.js). Fires "change".
 *
 * It is started after the engine, so that its downloads do not compete with those of the page.
 */
export class Offline extends EventTarget {
  /** "ready": everything that this visit has used works without a network. */
  status: OfflineStatus = "off";
  /** Is a newer version stored, which a reload shows? */
  newer = false;
  /** Would a reload isolate the page, so that the engine has several threads? */
  isolable = false;
  #registration: ServiceWorkerRegistration | null = null;
  #wanted = new Set<string>();
  #started = false;
  #reloading = false;

  /** Registers the worker of that address, beside the element's file or a copy of it. Where it cannot, nothing is. */
  async start(address: string): Promise<void> {
    if (this.#started || !("serviceWorker" in navigator)) return;
    this.#started = true;
    const { serviceWorker } = navigator;
    const url = new URL(address, document.baseURI);
    this.status = "storing";
    this.#changed();
    try {
      this.#registration = await serviceWorker.register(url);
      const registration = this.#registration;
      serviceWorker.addEventListener("message", this.#heard);
      serviceWorker.addEventListener("controllerchange", this.#taken);
      registration.addEventListener("updatefound", () => this.#watch(registration.installing));
      this.#watch(registration.installing);
      if (registration.waiting && serviceWorker.controller) this.#found();
      await serviceWorker.ready;
      this.isolable = url.searchParams.has("isolate") && !crossOriginIsolated;
      this.#ask();
    } catch {
      // Private windows, blocked storage and foreign origins: the page works as without it.
      this.status = "off";
    }
    this.#changed();
  }

  /** Keeps files of the playground's folder, by path there or by address: what this visit uses. */
  keep(paths: string[]): void {
    for (const path of paths) this.#wanted.add(asset(path).href);
    if (this.#registration?.active) this.#ask();
  }

  /** Shows the newer version, or the isolated page. */
  reload(): void {
    const waiting = this.#registration?.waiting;
    this.#reloading = waiting !== undefined && waiting !== null;
    if (waiting) waiting.postMessage({ type: "activate" });
    else location.reload();
  }

  #ask(): void {
    this.#registration?.active?.postMessage({ type: "keep", addresses: [...this.#wanted] });
  }

  /** A worker that installs: once it waits beside an older one, there is an update. */
  #watch(worker: ServiceWorker | null): void {
    worker?.addEventListener("statechange", () => {
      if (worker.state === "installed" && navigator.serviceWorker.controller) this.#found();
    });
  }

  #found(): void {
    this.newer = true;
    this.#changed();
  }

  readonly #taken = (): void => {
    if (this.#reloading) location.reload();
  };

  readonly #heard = ({ data }: MessageEvent<{ type?: string; failed?: string[] }>): void => {
    if (data.type === "newer") this.newer = true;
    // A file that failed is of a newer version, or the network is gone.
    if (data.type === "kept") this.status = data.failed?.length === 0 ? "ready" : "storing";
    this.#changed();
  };

  #changed(): void {
    this.dispatchEvent(new Event("change"));
  }
}
