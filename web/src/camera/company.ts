import type { PoseEstimator } from "../pose/estimator.ts";

/** Seconds between two looks. */
const EVERY = 3;
const PEOPLE = 2;

/**
 * Looks now and then whether a second person is in the picture. A second estimator does it: one that looks for two
 * people takes twice as long for each picture.
 */
export class Company {
  /** Were several people in the last picture that was looked at? */
  several = false;
  readonly #load: (people: number) => Promise<PoseEstimator>;
  #estimator: PoseEstimator | null = null;
  #busy = false;
  #next = 0;
  #closed = false;

  constructor(load: (people: number) => Promise<PoseEstimator>) {
    this.#load = load;
  }

  /** Looks at a picture, `time` in seconds, if a look is due. */
  async look(picture: ImageBitmap, time: number): Promise<void> {
    if (this.#busy || this.#closed || time < this.#next) return;
    this.#busy = true;
    try {
      // The other estimator uses the picture up.
      const copy = await createImageBitmap(picture);
      this.#estimator ??= await this.#load(PEOPLE);
      if (this.#closed) this.#estimator.close();
      this.several = (await this.#estimator.detect(copy, time * 1000)).length > 1;
    } catch {
      // Without the second estimator the camera works; only this remark is missing.
    } finally {
      this.#busy = false;
      this.#next = time + EVERY;
    }
  }

  close(): void {
    this.#closed = true;
    this.#estimator?.close();
  }
}
