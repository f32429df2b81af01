// Made-up networks and clips and a host scripted by the test: the Lab without an engine.

import type { Entry } from "../../web/src/clips/gallery.ts";
import type { LayoutInfo } from "../../web/src/core/layout.ts";
import type { AttackConfig, Metrics, ModelEntry, StepReport } from "../../web/src/core/types.ts";
import type { AttackGroup, LabHost, LabRequest } from "../../web/src/lab/host.ts";
import { Lab } from "../../web/src/lab/lab.ts";
import type { Outcome } from "../../web/src/lab/rows.ts";
import type { Ground } from "../../web/src/lab/sweeps.ts";

export const layout = {
  id: "kinect-v1",
  name: "two joints",
  joints: ["hip", "knee"],
  parents: [0, 0],
  dims: 3,
  confidence: false,
  unit: "m",
  regions: [
    { id: "set-1", name: "Hip", joints: [0] },
    { id: "set-2", name: "Knee", joints: [1] },
    { id: "legs", name: "Legs", joints: [0, 1] },
  ],
  hierarchical: [0.01, 0.05],
  mirror: [0, 1],
  conversions: [],
} satisfies LayoutInfo;

export const model = (id: string): ModelEntry => ({
  id,
  name: id.toUpperCase(),
  architecture: "st-gcn",
  layout: "kinect-v1",
  classes: ["wave", "squat"],
  people: 1,
  frames: 64,
  preprocessing: "centred",
  weights: [{ file: `${id}.safetensors`, bytes: 1, sha256: `sha-of-${id}` }],
  accuracy: { top1: 1, clips: 1 },
  split: "",
  data: "",
  licence: "",
  retrain: "",
});

export const entry = (id: string, label: string | null): Entry => ({
  id,
  name: id,
  label,
  layout: "kinect-v1",
  origin: "synthetic",
  fps: 30,
  frames: 2,
  outOfDistribution: false,
  credit: "",
  thumb: "",
  file: `${id}.json`,
});

export const entries = [entry("a", "wave"), entry("b", "wave"), entry("c", "squat"), entry("d", "fly")];
export const ground: Ground = { layout, model: model("first"), others: [], natural: true };
export const figures: Metrics = {
  linf: 0.5,
  meanDisplacement: 0.25,
  maxDisplacement: 0.5,
  boneDeviation: 0,
  accelerationChange: 0.0004,
  plausibility: null,
  epsilonExcess: 0,
};

/** Reports of an untargeted attack on a clip of class 0, with `fooled` for each step. */
export const reports = (fooled: boolean[]): StepReport[] =>
  fooled.map((is, i) => ({
    iteration: i + 1,
    losses: { total: 0, prediction: 0, smooth: 0, adversarial: 0, perceptual: 0, discriminator: 0 },
    predicted: is ? 1 : 0,
    original: 0,
    target: null,
    pOriginal: is ? 0.2 : 0.8,
    pTarget: null,
    top: [],
    figures,
    yieldedFrames: 0,
    fooled: is,
    done: null,
    gradient: 1,
    distance: null,
    outcome: null,
  }));

export const flipped: Outcome = {
  reports: reports([false]),
  data: new Float32Array([7]),
  probabilities: new Float32Array([0.25, 0.75]),
  end: "iterations",
};

/** A host whose attacks end as scripted: with an outcome, null (cancelled) or an error. */
export class FakeHost implements LabHost {
  model: ModelEntry | null = ground.model;
  loading = false;
  /** Networks that were prepared, in order. */
  readonly prepared: string[] = [];
  occupied = false;
  released = 0;
  revived = 0;
  readonly attacked: { clip: string; config: AttackConfig }[] = [];
  /** Ids of the clips that were attacked together, one string per batch. */
  readonly batches: string[] = [];
  /** Attacks that it computes at once. */
  most = 1;
  /** Settles the next attack; by default the label flips. */
  next: (trial: { resolve(end: Outcome | null): void; reject(error: unknown): void }) => void = ({
    resolve,
  }) => resolve(flipped);

  async clip(of: Entry) {
    const { id, name, label, layout: of2 } = of;
    return {
      id,
      name,
      label,
      layout: of2,
      fps: 30,
      frames: 1,
      people: 1,
      data: new Float32Array(1),
      origin: of.origin,
    };
  }

  height() {
    return 2;
  }

  device() {
    return "fake";
  }

  async prepare(wanted: ModelEntry) {
    this.prepared.push(wanted.id);
  }

  atOnce() {
    return this.most;
  }

  attack(jobs: LabRequest[]): AttackGroup {
    this.attacked.push(...jobs.map(({ clip, config }) => ({ clip: clip.id, config })));
    this.batches.push(jobs.map(({ clip }) => clip.id).join(""));
    let settle: { resolve(end: Outcome | null): void; reject(error: unknown): void } | undefined;
    const done = new Promise<Outcome[] | null>((resolve, reject) => {
      settle = { resolve: (end) => resolve(end && jobs.map(() => end)), reject };
    });
    if (settle) this.next(settle);
    return { done, pause() {}, resume() {}, cancel: () => settle?.resolve(null) };
  }

  async judge(_: ModelEntry, clip: { data: Float32Array }) {
    // The other network is fooled by the attacked clip, recognised by its data.
    const probabilities = new Float32Array(clip.data[0] === 7 ? [0.1, 0.9] : [0.6, 0.4]);
    return { probabilities, top: [] };
  }

  release() {
    this.released += 1;
  }

  async revive(wanted: ModelEntry) {
    this.revived += 1;
    this.model = wanted;
  }
}

export function made(others: ModelEntry[] = []) {
  const host = new FakeHost();
  const lab = new Lab(host);
  lab.survey(entries, { ...ground, others });
  lab.set({ clips: ["a", "c", "d"], epsilons: [0.1, 0.2] });
  return { host, lab };
}
