import { asset } from "../base/assets.ts";
import type { Progress } from "../base/early.ts";
import { asFailure, Failure } from "../base/failure.ts";
import { cancelled } from "../engine/download.ts";
import { permitted } from "../engine/permitted.ts";
import type { FromPoseWorker, Pose, ToPoseWorker } from "./messages.ts";
import address from "./pose-worker.ts?worker&url";

export type { Pose } from "./messages.ts";

/** A picture to look for people in. An `ImageBitmap` or a `VideoFrame` is used up; of the others a copy is taken. */
export type Picture =
  | ImageBitmap
  | VideoFrame
  | HTMLVideoElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLImageElement
  | ImageData;

export interface PoseOptions {
  /** The model. A build has "lite"; "full" is larger and slower, see web/scripts/pose.mjs. */
  variant?: "lite" | "full";
  /** The most people to look for; one by default, which is the fastest. */
  people?: number;
  /** Gets the bytes loaded so far and in total, 0 if unknown. */
  progress?: Progress;
  /** Cancels the loading. */
  signal?: AbortSignal;
}

interface Waiting {
  resolve(poses: Pose[]): void;
  reject(failure: Failure): void;
}

/**
 * MediaPipe's pose landmarker in a worker. Everything is loaded from the page's own folder, and pictures stay in the
 * browser. Pictures are taken as those of one video, whose people are followed from one to the next; one whose time
 * does not lie after the time before begins another video.
 */
export class PoseEstimator {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #ended: Failure | null = null;
  #next = 1;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.addEventListener("message", (event: MessageEvent<FromPoseWorker>) => this.#receive(event.data));
    worker.addEventListener("error", (event) =>
      this.#end(new Failure("pose", event.message || "The pose estimator's worker did not start.")),
    );
  }

  /**
   * Loads module and model, about 15 MB (8 MB compressed). Throws a `Failure`: of kind "cancelled" if `signal` aborts,
   * "network" if a file is missing, "device" if the browser lacks what is needed.
   */
  static async load(options: PoseOptions = {}): Promise<PoseEstimator> {
    const { variant = "lite", people = 1, progress, signal } = options;
    if (signal?.aborted) throw asFailure(cancelled);
    const script = new URL(address, document.baseURI);
    const worker = new Worker(permitted(script), { type: "module", name: "ciasa-pose" });
    const estimator = new PoseEstimator(worker);
    try {
      await new Promise<void>((resolve, reject) => {
        signal?.addEventListener("abort", () => reject(asFailure(cancelled)), { once: true });
        estimator.#waiting.set(0, { resolve: () => resolve(), reject });
        worker.addEventListener("message", ({ data }: MessageEvent<FromPoseWorker>) => {
          if (data.type === "progress") progress?.(data.loaded, data.total);
        });
        const [module, model] = [asset("pose/vision.wasm").href, asset(`pose/pose-${variant}.task`).href];
        estimator.#post({ type: "load", module, model, people });
      });
    } catch (thrown) {
      estimator.close();
      throw thrown;
    }
    return estimator;
  }

  /**
   * The people in a picture, best first; empty if there is nobody. `timeMs`: the picture's time in its video. Throws
   * a `Failure` if the estimator has been closed or has failed.
   */
  async detect(picture: Picture, timeMs: number): Promise<Pose[]> {
    const used = picture instanceof ImageBitmap || isVideoFrame(picture);
    const image = used ? picture : await createImageBitmap(picture);
    if (this.#ended) {
      image.close();
      throw this.#ended;
    }
    return new Promise((resolve, reject) => {
      const call = this.#next++;
      this.#waiting.set(call, { resolve, reject });
      this.#post({ type: "detect", call, image, timeMs }, [image]);
    });
  }

  /** Ends the worker; what waits for an answer fails with the kind "cancelled". */
  close(): void {
    this.#end(new Failure("cancelled", "The pose estimator was closed."));
  }

  #receive(message: FromPoseWorker): void {
    if (message.type === "loaded") this.#settle(0)?.resolve([]);
    if (message.type === "found") this.#settle(message.call)?.resolve(message.poses);
    if (message.type === "refused") this.#settle(message.call)?.reject(asFailure(message.error));
    if (message.type === "fatal") this.#end(asFailure(message.error));
  }

  #settle(call: number): Waiting | undefined {
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    return waiting;
  }

  #end(failure: Failure): void {
    if (this.#ended) return;
    this.#ended = failure;
    this.#worker.terminate();
    for (const waiting of this.#waiting.values()) waiting.reject(failure);
    this.#waiting.clear();
  }

  #post(message: ToPoseWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}

const isVideoFrame = (picture: Picture): picture is VideoFrame =>
  typeof VideoFrame !== "undefined" && picture instanceof VideoFrame;
