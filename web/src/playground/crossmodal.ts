import type { Clip } from "../base/clip.ts";
import { asFailure, Failure } from "../base/failure.ts";
import type { Setting } from "../body/person.ts";
import type { FilmedClip } from "../core/filmed.ts";
import { figure } from "../crossmodal/figure.ts";
import { type Filmed, filmedClip } from "../crossmodal/filmed.ts";
import { type Filming, Loop, type Recovery, type Take } from "../crossmodal/loop.ts";
import type { Answer } from "../lab/cameras.ts";
import { answerOf } from "./answer.ts";
import type { Playground } from "./playground.ts";

/** The network's answers to a clip as it is, and to what a camera sees of it. */
export interface Row {
  name: "Clean" | "Perturbed";
  skeleton: Answer;
  film: Answer;
  /** Mean distance of 13 main joints in centimetres after the best similarity of each frame. */
  error: number;
}

export interface CrossModalResult {
  clip: Clip;
  /** (T, M, V, C), or null. */
  perturbed: Float32Array | null;
  setting: Setting;
  rows: Row[];
  recovery: Recovery;
}

/** Sends the clip on the stage through a camera: it is filmed, recovered from the pictures, and recognised. */
export class CrossModal extends EventTarget {
  /** What runs: words, and its share from 0 to 1. */
  running: { words: string; share: number } | null = null;
  result: CrossModalResult | null = null;
  failure: Failure | null = null;
  #loop: Loop | null = null;
  #stop: AbortController | null = null;

  constructor(readonly playground: Playground) {
    super();
  }

  /** Why the clip cannot be sent; null if it can. */
  get obstacle(): string | null {
    const { clip, model, claim } = this.playground;
    if (clip?.layout !== "kinect-v1")
      return "What a camera sees is recovered as a clip of Kinect v1. Choose such a clip, or convert this one.";
    if (claim) return `${claim.words} Pause it first.`;
    return model ? null : "The recogniser is not loaded yet.";
  }

  /** Sends the clip and, if there is one, its perturbed copy. */
  async run(setting: Setting, every: number): Promise<void> {
    const { clip, perturbed, model } = this.playground;
    if (this.running || this.obstacle || !clip || !model) return;
    this.#stop = new AbortController();
    this.failure = null;
    this.result = null;
    try {
      const recovery = await this.recover({ clip, perturbed, setting, every });
      this.#now("Recognising", 1);
      const rows = [await this.#row("Clean", clip, setting, recovery.clean, recovery)];
      if (perturbed && recovery.perturbed)
        rows.push(
          await this.#row("Perturbed", { ...clip, data: perturbed }, setting, recovery.perturbed, recovery),
        );
      this.result = { clip, perturbed, setting, rows, recovery };
      this.playground.announce("The clip came back from the camera");
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.kind !== "cancelled") this.failure = failure;
    } finally {
      this.running = null;
      this.#stop = null;
      this.#changed();
    }
  }

  /** Films and recovers a clip; loads what that needs. */
  async recover(filming: Omit<Filming, "progress" | "signal">): Promise<Recovery> {
    const signal = this.#stop?.signal ?? new AbortController().signal;
    const loop = await this.#loaded(signal);
    const progress = (share: number) => this.#now("Filming and looking for the person", share);
    return await loop.recover({ ...filming, progress, signal });
  }

  /** Films one of the two and recovers it, with the sums for `answer`; loads what that needs. */
  async shoot(
    filming: Omit<Filming, "progress" | "signal">,
    take: "clean" | "perturbed",
  ): Promise<Take & { moments: Float64Array }> {
    const signal = this.#stop?.signal ?? new AbortController().signal;
    const loop = await this.#loaded(signal);
    const shot = await loop.shoot({ ...filming, progress: () => {}, signal }, take);
    return { ...shot, moments: loop.person.moments(shot.values) };
  }

  /** The body and the estimator, loaded on the first call. */
  async #loaded(signal = new AbortController().signal): Promise<Loop> {
    if (this.#loop) return this.#loop;
    this.#now("Loading the pose estimator", 0);
    this.#loop = await Loop.create(
      (loaded, total) => this.#now("Loading the pose estimator", total > 0 ? loaded / total : 0),
      signal,
    );
    return this.#loop;
  }

  /**
   * The network's answer to recovered values, after what is constant in the estimator is taken away. `target`: a class
   * whose probability is asked for, too.
   */
  async answer(
    clip: Clip,
    setting: Setting,
    recovered: Float32Array,
    moments: Float64Array,
    target = "",
  ): Promise<Answer> {
    const loop = await this.#loaded();
    return await this.#recognise(loop.fitted(clip, setting, recovered, moments), target);
  }

  /** What rows and table are made of: `of` is the clip on the stage, attacked and filmed. */
  async filmed(of: Omit<Filmed, "clip" | "model">): Promise<FilmedClip> {
    const { clip, model } = this.playground;
    if (!clip || !model) throw new Failure("config", "no clip or no network is loaded");
    return await filmedClip({ ...of, clip, model });
  }

  /** The six rows of the paper's figure 5: the clips, the films, and what came back, with the network's answers. */
  async sheet(
    clip: Clip,
    perturbed: Float32Array,
    setting: Setting,
    recovery: Pick<Recovery, "clean" | "perturbed" | "moments">,
  ): Promise<HTMLCanvasElement> {
    const { layout } = this.playground;
    if (!layout || !recovery.perturbed) throw new Failure("config", "no attacked clip has been filmed");
    const loop = await this.#loaded();
    const back = (values: Float32Array) => loop.fitted(clip, setting, values, recovery.moments);
    const recovered = { clean: back(recovery.clean), perturbed: back(recovery.perturbed) };
    const words = async (of: Clip) => (await this.#recognise(of)).label;
    const labels = {
      clean: await words(clip),
      cleanFilm: await words(recovered.clean),
      perturbed: await words({ ...clip, data: perturbed }),
      perturbedFilm: await words(recovered.perturbed),
    };
    const { parents } = layout;
    return figure(loop.person, { clip, perturbed, recovered, setting, parents, labels });
  }

  /** Mean distance in centimetres of 13 main joints after the best similarity of each frame. */
  error(clip: Clip, setting: Setting, recovered: Float32Array): number {
    this.#loop?.person.film(clip, null, setting);
    return 100 * (this.#loop?.person.jointError(recovered, clip.data) ?? Number.NaN);
  }

  /** The same of recovered values as the network gets them: without what is constant in the estimator. */
  async fittedError(
    clip: Clip,
    truth: Float32Array,
    setting: Setting,
    recovered: Float32Array,
    moments: Float64Array,
  ): Promise<number> {
    const loop = await this.#loaded();
    const { data } = loop.fitted(clip, setting, recovered, moments);
    return 100 * (loop.person.jointError(data, truth) ?? Number.NaN);
  }

  /** What comes through of the perturbation, and the noise beside it, as `Person.channel` gives them. */
  async channel(
    clip: Clip,
    setting: Setting,
    films: { clean: Float32Array; perturbed: Float32Array; attacked: Float32Array },
    moments: Float64Array,
  ): Promise<Float64Array> {
    const { person } = await this.#loaded();
    person.film(clip, null, setting);
    return person.channel(films.clean, films.perturbed, films.attacked, moments);
  }

  cancel(): void {
    this.#stop?.abort();
  }

  dispose(): void {
    this.cancel();
    this.#loop?.dispose();
    this.#loop = null;
  }

  async #row(
    name: Row["name"],
    clip: Clip,
    setting: Setting,
    recovered: Float32Array,
    { moments }: Recovery,
  ) {
    const skeleton = await this.#recognise(clip);
    // The camera stands where it stood for the clean clip.
    const filmed = this.playground.clip ?? clip;
    const film = await this.answer(filmed, setting, recovered, moments);
    return { name, skeleton, film, error: this.error(clip, setting, recovered) };
  }

  #recognise(clip: Clip, target = ""): Promise<Answer> {
    const index = this.playground.model?.classes.indexOf(target) ?? -1;
    return answerOf(this.playground, clip, index < 0 ? null : index);
  }

  #now(words: string, share: number): void {
    this.running = { words, share };
    this.#changed();
  }

  #changed(): void {
    this.dispatchEvent(new Event("change"));
  }
}
