import { ViewerCore } from "../../pkg/viewer/viewer.js";
import type { Clip } from "../base/clip.ts";
import { loadCore } from "../core/module.ts";
import type { ViewOptions } from "./options.ts";

/** Draws clips on a canvas, only when `draw` is called and once after a lost WebGL context is restored. */
export class Viewer {
  readonly #core: ViewerCore;
  readonly #stop = new AbortController();

  private constructor(canvas: HTMLCanvasElement, core: ViewerCore) {
    this.#core = core;
    const { signal } = this.#stop;
    const lost = (event: Event) => {
      // Otherwise the browser never restores the context.
      event.preventDefault();
      core.lose();
    };
    const restored = () => {
      core.restore();
      core.draw();
    };
    canvas.addEventListener("webglcontextlost", lost, { signal });
    canvas.addEventListener("webglcontextrestored", restored, { signal });
  }

  /** Throws a CoreError of kind "device" without WebGL2. */
  static async create(canvas: HTMLCanvasElement): Promise<Viewer> {
    await loadCore();
    return new Viewer(canvas, new ViewerCore(canvas));
  }

  /** Shows a clip, or nothing. Removes the perturbed clip; keeps camera and options. */
  setClip(clip: Clip | null): void {
    if (clip) this.#core.setClip(clip.layout, clip.fps, clip.frames, clip.people, clip.data);
    else this.#core.clearClip();
  }

  /** Shows the perturbed clip, (T, M, V, C), or none. */
  setPerturbed(data: Float32Array | null): void {
    this.#core.setPerturbed(data);
  }

  /** Colours the perturbed figure by what each joint contributed, (T, M, V), 0 to 1, or not. */
  setHeat(heat: Float32Array | null): void {
    this.#core.setHeat(heat);
  }

  /** Changes the given options. */
  set(options: Partial<ViewOptions>): void {
    const core = this.#core;
    if (options.view !== undefined) core.setView(options.view);
    if (options.magnify !== undefined) core.setMagnify(options.magnify);
    if (options.trails !== undefined) core.setTrails(options.trails);
    if (options.region !== undefined) core.setRegion(options.region && Uint32Array.from(options.region));
    if (options.showClean !== undefined) core.setShowClean(options.showClean);
    if (options.showPerturbed !== undefined) core.setShowPerturbed(options.showPerturbed);
    if (options.dark !== undefined) core.setDark(options.dark);
    if (options.picking !== undefined) core.setPicking(options.picking);
  }

  /** Shows a frame; fractions interpolate. */
  setFrame(frame: number): void {
    this.#core.setFrame(frame);
  }

  /** Turns the scene for a drag by (dx, dy) CSS pixels, right and down. */
  orbit(dx: number, dy: number): void {
    this.#core.orbit(dx, dy);
  }

  /** Moves the picture by (dx, dy) CSS pixels, right and down. */
  pan(dx: number, dy: number): void {
    this.#core.pan(dx, dy);
  }

  zoom(factor: number): void {
    this.#core.zoom(factor);
  }

  resetCamera(): void {
    this.#core.resetCamera();
  }

  /**
   * The camera: azimuth from the front and elevation in degrees, zoom, shift right and up in heights of the window;
   * null at the first view.
   */
  get viewpoint(): number[] | null {
    const numbers = this.#core.viewpoint();
    return numbers ? [...numbers] : null;
  }

  /** Moves the camera to such numbers, as far as it goes. */
  set viewpoint(numbers: number[] | null) {
    this.#core.setViewpoint(numbers && Float32Array.from(numbers));
  }

  /** The view in words, for screen readers. */
  describeCamera(): string {
    return this.#core.describeCamera();
  }

  /** The joint nearest to a point of the canvas in CSS pixels, at most 18 pixels away. */
  pick(x: number, y: number): number | null {
    return this.#core.pick(x, y) ?? null;
  }

  /** Sets the size in CSS pixels; `dpr`: device pixels per CSS pixel. Clears the canvas, so draw afterwards. */
  resize(cssWidth: number, cssHeight: number, dpr: number): void {
    this.#core.resize(cssWidth, cssHeight, dpr);
  }

  draw(): void {
    this.#core.draw();
  }

  /** The picture in vectors, of the size in CSS pixels. */
  svg(): string {
    return this.#core.svg();
  }

  /** Frees the viewer; the canvas can get a new one. */
  dispose(): void {
    this.#stop.abort();
    this.#core.free();
  }
}
