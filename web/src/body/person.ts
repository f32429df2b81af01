import { PersonCore } from "../../pkg/viewer/viewer.js";
import { asset } from "../base/assets.ts";
import type { Clip } from "../base/clip.ts";
import { loadCore } from "../core/module.ts";
import { download } from "../engine/download.ts";

/** Which clips a picture shows: one square, or the clean and the perturbed clip side by side. */
export type Takes = "clean" | "perturbed" | "both";

/** What a person is filmed with. */
export interface Setting {
  /** Draws body shape, clothes, light and room. */
  seed: number;
  /** The camera's angle from the front in degrees, positive towards the person's left. */
  yaw: number;
}

/** Layouts whose clips a body can follow. */
export const FILMED: readonly string[] = ["kinect-v1", "ntu"];

let body: Promise<Uint8Array> | null = null;

/** The bytes of the body, downloaded once for the whole page. A failed download can be tried again. */
function bodyBytes(): Promise<Uint8Array> {
  body ??= download(asset("body/body.bin"), 0, () => {})
    .then((bytes) => new Uint8Array(bytes))
    .catch((thrown: unknown) => {
      body = null;
      throw thrown;
    });
  return body;
}

/** A person in a room who moves as a clip does, on a canvas of its own. Draws only when `draw` is called. */
export class Person {
  readonly #core: PersonCore;
  readonly #stop = new AbortController();

  private constructor(
    readonly canvas: HTMLCanvasElement,
    core: PersonCore,
  ) {
    this.#core = core;
    const { signal } = this.#stop;
    const lost = (event: Event) => {
      // Otherwise the browser never restores the context.
      event.preventDefault();
      core.lose();
    };
    canvas.addEventListener("webglcontextlost", lost, { signal });
    canvas.addEventListener("webglcontextrestored", () => core.restore(), { signal });
  }

  /** Loads the body. Throws a CoreError of kind "device" without WebGL2, "network" if the body cannot be loaded. */
  static async create(canvas: HTMLCanvasElement): Promise<Person> {
    const [bytes] = await Promise.all([bodyBytes(), loadCore()]);
    return new Person(canvas, new PersonCore(canvas, bytes));
  }

  /** Films a clip and, if given, its perturbed values, (T, M, V, C). Throws a CoreError if no body can follow it. */
  film(clip: Clip, perturbed: Float32Array | null, { seed, yaw }: Setting): void {
    const { layout, fps, frames, people, data } = clip;
    this.#core.film(layout, fps, frames, people, data, perturbed ?? undefined, seed, yaw);
  }

  /** Draws a frame, which may be fractional. The height of the canvas is the edge of each picture. */
  draw(frame: number, takes: Takes): void {
    this.#core.draw(frame, takes);
  }

  /**
   * The values (T, 1, 20, 3), Kinect v1, of the clip that world landmarks of a pose estimator make. `at`: their
   * instants in frames, (F), ascending; `landmarks`: (F, 33, 3), as MediaPipe gives them.
   */
  recover(at: Float32Array, landmarks: Float32Array): Float32Array {
    return this.#core.recover(at, landmarks);
  }

  /** Sums over a recovered clip and the filmed one, for `fitted`. Sums of several clips add up number by number. */
  moments(recovered: Float32Array): Float64Array {
    return this.#core.moments(recovered);
  }

  /** Recovered values without the size and the shift of each joint that are constant in clips with these sums. */
  fitted(recovered: Float32Array, moments: Float64Array): Float32Array {
    return this.#core.fitted(recovered, moments);
  }

  /** Mean distance in metres of 13 main joints after the best similarity of each frame; null without a frame. */
  jointError(recovered: Float32Array, truth: Float32Array): number | null {
    return this.#core.jointError(recovered, truth) ?? null;
  }

  /**
   * What comes through of a perturbation in the plane and in depth, the noise of both in metres, and the noise's pace
   * in hertz; empty if nothing was perturbed. `clean`, `perturbed`: recovered values; `attacked`: the filmed ones.
   */
  channel(
    clean: Float32Array,
    perturbed: Float32Array,
    attacked: Float32Array,
    moments: Float64Array,
  ): Float64Array {
    return this.#core.channel(clean, perturbed, attacked, moments);
  }

  /** Frees the person; the canvas can get a new one. */
  dispose(): void {
    this.#stop.abort();
    this.#core.free();
  }
}
