import type { Viewer } from "./viewer.ts";

/** Viewers whose cameras move together: what is done to one is done to all. */
export class Cameras {
  readonly #viewers = new Set<Viewer>();

  /** Adds a viewer, which takes the view of the others. */
  add(viewer: Viewer): void {
    if (this.#viewers.size > 0) viewer.viewpoint = this.viewpoint;
    this.#viewers.add(viewer);
  }

  /** As `Viewer.viewpoint`. */
  get viewpoint(): number[] | null {
    const [first] = this.#viewers;
    return first?.viewpoint ?? null;
  }

  set viewpoint(numbers: number[] | null) {
    for (const viewer of this.#viewers) viewer.viewpoint = numbers;
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
