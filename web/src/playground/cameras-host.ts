import type { Clip } from "../base/clip.ts";
import { Failure } from "../base/failure.ts";
import type { Entry } from "../clips/gallery.ts";
import type { FilmedClip, View } from "../core/filmed.ts";
import type { AttackConfig } from "../core/types.ts";
import { filmedClip } from "../crossmodal/filmed.ts";
import { Loop } from "../crossmodal/loop.ts";
import type { Attacked, CamerasHost, Shot, Take } from "../lab/cameras.ts";
import type { LabHost } from "../lab/host.ts";
import { answerOf } from "./answer.ts";
import type { Playground } from "./playground.ts";

/** Edge of the pictures in pixels: half the time of the film's own, with the same distances of the joints. */
const EDGE = 320;

/** The experiment with cameras on the page's engine and its pose estimator. */
export class PlaygroundCameras implements CamerasHost {
  readonly #playground: Playground;
  readonly #lab: LabHost;
  #loop: Loop | null = null;

  constructor(playground: Playground, lab: LabHost) {
    this.#playground = playground;
    this.#lab = lab;
  }

  get obstacle(): string | null {
    const { model, claim } = this.#playground;
    if (this.#lab.occupied) return "The playground's own attack is running. Finish or cancel it first.";
    if (claim) return `${claim.words} Pause it first.`;
    if (!this.#lab.model || !model) return "The recogniser is not loaded yet.";
    return model.layout === "kinect-v1"
      ? null
      : "What a camera sees is recovered as a clip of Kinect v1. Choose a network for it.";
  }

  config(): { config: AttackConfig; region: string } | null {
    const config = this.#playground.config();
    return config && { config, region: config.joints ? this.#playground.state.region : "" };
  }

  claim(pause: (() => void) | null): void {
    this.#playground.claim = pause && { words: "Clips go through the cameras.", pause };
    this.#playground.changed();
    if (pause) return;
    // Loading them again takes a second; keeping them takes 100 MB.
    this.#loop?.dispose();
    this.#loop = null;
    void this.#playground.recognise();
  }

  clip(entry: Entry): Promise<Clip> {
    return this.#lab.clip(entry);
  }

  async attack(
    clip: Clip,
    config: AttackConfig,
    signal: AbortSignal,
  ): Promise<Omit<Attacked, "region"> | null> {
    const { model } = this.#lab;
    if (!model) throw new Failure("engine", "The engine stopped.");
    const begin = performance.now();
    const clean = await answerOf(this.#playground, clip, null);
    const group = this.#lab.attack([{ clip, config }], () => {}, model);
    const cancel = () => group.cancel();
    signal.addEventListener("abort", cancel);
    const [outcome] = (await group.done) ?? [];
    signal.removeEventListener("abort", cancel);
    const report = outcome?.reports.at(-1);
    if (!outcome || !report) return null;
    const { data, reports } = outcome;
    const attacked = await answerOf(this.#playground, { ...clip, data }, report.target);
    // A step's forward pass sees the clip before the step's update.
    const met = reports.find(({ fooled }) => fooled);
    const first = met ? met.iteration - 1 : null;
    const seconds = (performance.now() - begin) / 1000;
    return { config, data, report, first, seconds, clean, attacked };
  }

  async shoot(
    clip: Clip,
    perturbed: Float32Array | null,
    take: Take,
    every: number,
    progress: (share: number) => void,
    signal: AbortSignal,
  ): Promise<Shot> {
    this.#loop ??= await Loop.create(() => {}, signal);
    const filming = { clip, perturbed, setting: take, every, edge: EDGE, progress, signal };
    const shot = await this.#loop.shoot(filming, perturbed ? "perturbed" : "clean");
    const { person } = this.#loop;
    const moments = person.moments(shot.values);
    const error = person.jointError(shot.values, perturbed ?? clip.data) ?? Number.NaN;
    return { ...shot, moments, error };
  }

  async answer(clip: Clip, take: Take, shot: Shot, moments: Float64Array, target: number | null) {
    if (!this.#loop) throw new Failure("cancelled", "The run was cancelled.");
    return await answerOf(this.#playground, this.#loop.fitted(clip, take, shot.values, moments), target);
  }

  async filmed(entry: Entry, clip: Clip, attacked: Attacked, views: View[]): Promise<FilmedClip> {
    const { library, model } = this.#playground;
    if (!model) throw new Failure("engine", "The engine stopped.");
    const gallery = library.entries.filter(({ origin }) => origin !== "file");
    const origin = entry.origin === "file" ? entry.name : gallery.indexOf(entry);
    const { config, region, report, first, seconds } = attacked;
    return await filmedClip({ clip, origin, model, config, region, report, first, seconds, views });
  }
}
