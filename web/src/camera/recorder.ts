import { pictureOf } from "./picture.ts";

/** Pictures a second that are recorded. */
const RATE = 15;

/** A recorded picture and its time in seconds. */
export interface Taken {
  picture: ImageBitmap;
  time: number;
}

/**
 * Takes pictures of the camera at a steady rate. They wait in memory for the estimator, which may be slower, and are
 * dropped as soon as it has seen them. With `keep`, the browser also records a video file.
 */
export class Recorder {
  readonly #queue: Taken[] = [];
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #recorder: MediaRecorder | null;
  readonly #chunks: Blob[] = [];
  #dropped = false;

  constructor(video: HTMLVideoElement, stream: MediaStream, keep: boolean) {
    const take = async () => {
      const time = performance.now() / 1000;
      const picture = await pictureOf(video).catch(() => null);
      if (this.#dropped) picture?.close();
      else if (picture) this.#queue.push({ picture, time });
    };
    this.#timer = setInterval(() => void take(), 1000 / RATE);
    this.#recorder = keep ? recorderOf(stream) : null;
    this.#recorder?.addEventListener("dataavailable", (event) => this.#chunks.push(event.data));
    this.#recorder?.start();
  }

  /** Number of pictures that wait. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** The next picture, in the order in which they were taken. */
  next(): Taken | undefined {
    return this.#queue.shift();
  }

  /** Takes no more pictures; gives the video file if one was recorded. */
  async stop(): Promise<Blob | null> {
    clearInterval(this.#timer);
    const recorder = this.#recorder;
    if (!recorder || recorder.state === "inactive") return null;
    await new Promise((resolve) => {
      recorder.addEventListener("stop", resolve, { once: true });
      recorder.stop();
    });
    return new Blob(this.#chunks, { type: recorder.mimeType });
  }

  /** Forgets everything. */
  drop(): void {
    this.#dropped = true;
    clearInterval(this.#timer);
    for (const { picture } of this.#queue.splice(0)) picture.close();
    if (this.#recorder && this.#recorder.state !== "inactive") this.#recorder.stop();
  }
}

/** The browser's recorder; null where it cannot record this stream: the clip is made all the same. */
function recorderOf(stream: MediaStream): MediaRecorder | null {
  try {
    return new MediaRecorder(stream);
  } catch {
    return null;
  }
}
