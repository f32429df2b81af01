import { ViewerCore } from "../../pkg/viewer/viewer.js";
import type { Clip } from "../base/clip.ts";
import { loadCore } from "../core/module.ts";
import type { ViewOptions } from "./options.ts";

/**
 * Draws clips on a canvas of its own. Nothing is drawn before `draw` is called, except once when a lost WebGL context
 * has come back.
 */
export class Viewer {
  readonly #core: ViewerCore;
  readonly #stop = new AbortController();

  private constructor(canvas: HTMLCanvasElement, core: ViewerCore) {
    this.#core = core;
    const { signal } = this.#stop;
    const lost = (event: Event) => {
      // Without this the browser never gives the context back.
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

  /** Throws a CoreError of kind "device" where there is no WebGL2. */
  static async create(canvas: HTMLCanvasElement): Promise<Viewer> {
    await loadCore();
    return new Viewer(canvas, new ViewerCore(canvas));
  }

  /** Shows a clip, or nothing. The perturbed clip goes; camera and options stay. */
  setClip(clip: Clip | null): void {
    if (clip) this.#core.setClip(clip.layout, clip.fps, clip.frames, clip.people, clip.data);
    else this.#core.clearClip();
  }

  /** Shows perturbed values (T, M, V, C) of the clip, or none. */
  setPerturbed(data: Float32Array | null): void {
    this.#core.setPerturbed(data);
  }

  /** Changes the options that are given. */
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

  /** Goes to a frame, which may be fractional. */
  setFrame(frame: number): void {
    this.#core.setFrame(frame);
  }

  /** Turns the scene under a drag of so many CSS pixels right and down. */
  orbit(dx: number, dy: number): void {
    this.#core.orbit(dx, dy);
  }

  /** Shifts the picture by so many CSS pixels right and down. */
  pan(dx: number, dy: number): void {
    this.#core.pan(dx, dy);
  }

  zoom(factor: number): void {
    this.#core.zoom(factor);
  }

  resetCamera(): void {
    this.#core.resetCamera();
  }

  /** The view in words, for people who hear the page. */
  describeCamera(): string {
    return this.#core.describeCamera();
  }

  /** The joint nearest to a CSS pixel of the canvas, within 18 pixels. */
  pick(x: number, y: number): number | null {
    return this.#core.pick(x, y) ?? null;
  }

  /** The canvas's size in CSS pixels, and how many device pixels there are to one. Clears the canvas: draw afterwards. */
  resize(cssWidth: number, cssHeight: number, dpr: number): void {
    this.#core.resize(cssWidth, cssHeight, dpr);
  }

  draw(): void {
    this.#core.draw();
  }

  /** Frees everything; the canvas can have a new viewer. */
  dispose(): void {
    this.#stop.abort();
    this.#core.free();
  }
}
