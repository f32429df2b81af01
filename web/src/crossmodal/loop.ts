import type { Clip } from "../base/clip.ts";
import type { Progress } from "../base/early.ts";
import { Failure } from "../base/failure.ts";
import { Person, type Setting, type Takes } from "../body/person.ts";
import { PoseEstimator } from "../pose/estimator.ts";

/** Edge of the pictures that the estimator sees, in pixels, if nothing else is asked for. */
const EDGE = 512;

/** What came back from pictures of a clip. */
export interface Recovery {
  /** The clean clip as the estimator sees it, (T, 1, 20, 3), Kinect v1. */
  clean: Float32Array;
  /** The perturbed clip as the estimator sees it; null without one. */
  perturbed: Float32Array | null;
  /** Sums over the recovered and the filmed clean clip; those of several clips add up. */
  moments: Float64Array;
  /** Pictures that were taken, and those in which the estimator found the person. */
  taken: number;
  found: number;
}

/** What came back from one film. */
export interface Take {
  /** The clip as the estimator sees it, (T, 1, 20, 3), Kinect v1. */
  values: Float32Array;
  /** Pictures that were taken, and those in which the estimator found the person. */
  taken: number;
  found: number;
}

export interface Filming {
  clip: Clip;
  /** (T, M, V, C), or null. */
  perturbed: Float32Array | null;
  setting: Setting;
  /** A picture is taken of each so many-th frame, and of the last; between them, joints move in straight lines. */
  every: number;
  /** Edge of the pictures in pixels. */
  edge?: number;
  /** Gets the share of the pictures that are done, 0 to 1. */
  progress: (share: number) => void;
  signal: AbortSignal;
}

/** From skeletons to pictures of a person, and back by a pose estimator that sees nothing else. */
export class Loop {
  private constructor(
    readonly person: Person,
    readonly estimator: PoseEstimator,
  ) {}

  /** Loads body and estimator. Throws a `Failure`, of kind "cancelled" if `signal` aborts. */
  static async create(progress: Progress, signal: AbortSignal): Promise<Loop> {
    const estimator = await PoseEstimator.load({ progress, signal });
    try {
      const canvas = document.createElement("canvas");
      canvas.width = EDGE;
      canvas.height = EDGE;
      return new Loop(await Person.create(canvas), estimator);
    } catch (thrown) {
      estimator.close();
      throw thrown;
    }
  }

  /** Films the clip, clean and perturbed, and recovers what the pictures show. */
  async recover(filming: Filming): Promise<Recovery> {
    const { perturbed, progress } = filming;
    const half = (from: number) => (share: number) => progress(perturbed ? from + share / 2 : share);
    const clean = await this.shoot({ ...filming, progress: half(0) }, "clean");
    const moments = this.person.moments(clean.values);
    const attacked = perturbed ? await this.shoot({ ...filming, progress: half(0.5) }, "perturbed") : null;
    return {
      clean: clean.values,
      perturbed: attacked?.values ?? null,
      moments,
      taken: clean.taken + (attacked?.taken ?? 0),
      found: clean.found + (attacked?.found ?? 0),
    };
  }

  /** Films one of the two, and recovers what the pictures show. The camera stands where the clean clip needs it. */
  async shoot(filming: Filming, take: Takes): Promise<Take> {
    const { clip, perturbed, setting, every, edge = EDGE, progress, signal } = filming;
    const { canvas } = this.person;
    if (canvas.height !== edge) [canvas.width, canvas.height] = [edge, edge];
    this.person.film(clip, perturbed, setting);
    const frames = sampled(clip.frames, every);
    const at: number[] = [];
    const landmarks: number[] = [];
    for (const [done, frame] of frames.entries()) {
      if (signal.aborted) throw new Failure("cancelled", "The film was cancelled.");
      this.person.draw(frame, take);
      const [pose] = await this.estimator.detect(this.person.canvas, (1000 * frame) / clip.fps);
      if (pose) {
        at.push(frame);
        landmarks.push(...pose.world);
      }
      progress((done + 1) / frames.length);
    }
    const values = this.person.recover(Float32Array.from(at), Float32Array.from(landmarks));
    return { values, taken: frames.length, found: at.length };
  }

  /** Recovered values of a clip as a clip of Kinect v1, without what is constant in clips with these sums. */
  fitted(clip: Clip, setting: Setting, recovered: Float32Array, moments: Float64Array): Clip {
    this.person.film(clip, null, setting);
    const data = this.person.fitted(recovered, moments);
    return { ...clip, layout: "kinect-v1", people: 1, data };
  }

  dispose(): void {
    this.estimator.close();
    this.person.dispose();
  }
}

/** Each `every`-th frame, and the last one. */
export function sampled(frames: number, every: number): number[] {
  const list = Array.from({ length: Math.ceil(frames / every) }, (_, i) => i * every);
  if (list.at(-1) !== frames - 1) list.push(frames - 1);
  return list;
}
