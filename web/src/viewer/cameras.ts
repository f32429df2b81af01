import type { Viewer } from "./viewer.ts";

/** Viewers whose cameras move together: what is done to one is done to all. */
export class Cameras {
  readonly #viewers = new Set<Viewer>();

  /** Adds a viewer; all start at the first view, so that they agree. */
  add(viewer: Viewer): void {
    this.#viewers.add(viewer);
    if (this.#viewers.size > 1) this.resetCamera();
  }

  remove(viewer: Viewer): void {
    this.#viewers.delete(viewer);
  }

  orbit(dx: number, dy: number): void {
    for (const viewer of this.#viewers) viewer.orbit(dx, dy);
  }

  pan(dx: number, dy: number): void {
    for (const viewer of this.#viewers) viewer.pan(dx, dy);
  }

  zoom(factor: number): void {
    for (const viewer of this.#viewers) viewer.zoom(factor);
  }

  resetCamera(): void {
    for (const viewer of this.#viewers) viewer.resetCamera();
  }
}
