import type { Clip } from "../base/clip.ts";
import { asFailure, Failure } from "../base/failure.ts";
import type { Entry } from "../clips/gallery.ts";
import type { FilmedClip, View } from "../core/filmed.ts";
import type { AttackConfig, StepReport } from "../core/types.ts";

/** A class, its probability, and the target's; null without a target. */
export interface Answer {
  label: string;
  p: number;
  target: number | null;
}

/** An attack on a clip, over. */
export interface Attacked {
  config: AttackConfig;
  /** Id of the attacked region; empty for all joints. */
  region: string;
  /** (T, M, V, C) */
  data: Float32Array;
  report: StepReport;
  /** Updates after which an iterate first met the goal; null: none did. */
  first: number | null;
  seconds: number;
  /** What the network sees in the clean and in the attacked skeleton. */
  clean: Answer;
  attacked: Answer;
}

/** A film of a clip, as the pose estimator sees it. */
export interface Shot {
  /** (T, 1, 20, 3), Kinect v1. */
  values: Float32Array;
  /** Sums for the fit of the estimator's constant offsets; those of several clips add up. */
  moments: Float64Array;
  taken: number;
  found: number;
  /** Mean distance of 13 main joints in metres after the best similarity of each frame. */
  error: number;
}

/** How a clip is filmed: its person's seed, and the camera's angle from the front in degrees. */
export interface Take {
  seed: number;
  yaw: number;
}

/** What the experiment needs of the page around it. */
export interface CamerasHost {
  /** Why clips cannot be filmed now; null if they can. */
  readonly obstacle: string | null;
  /** The attack as the playground's settings describe it; null (and a notice) if they are incomplete. */
  config(): { config: AttackConfig; region: string } | null;
  /** Takes the engine for a run, or gives it back. `pause` stops the run. */
  claim(pause: (() => void) | null): void;
  clip(entry: Entry): Promise<Clip>;
  /** Null if the signal aborts. */
  attack(clip: Clip, config: AttackConfig, signal: AbortSignal): Promise<Omit<Attacked, "region"> | null>;
  /** Films the clip, or its perturbed values, of each `every`-th frame. Throws a Failure "cancelled". */
  shoot(
    clip: Clip,
    perturbed: Float32Array | null,
    take: Take,
    every: number,
    progress: (share: number) => void,
    signal: AbortSignal,
  ): Promise<Shot>;
  answer(clip: Clip, take: Take, shot: Shot, moments: Float64Array, target: number | null): Promise<Answer>;
  filmed(entry: Entry, clip: Clip, attacked: Attacked, views: View[]): Promise<FilmedClip>;
}

interface Filmed {
  entry: Entry;
  clip: Clip;
  attacked: Attacked;
  films: { take: Take; clean: Shot; perturbed: Shot }[];
}

/** The angles that are filmed, and a picture of each so many-th frame. */
export interface CamerasSettings {
  angles: number[];
  every: number;
  /** Each clip is attacked twice: as it is set, and made for these cameras. */
  both: boolean;
}

/** Degrees to both sides over which an attack that is made for one angle spreads its views. */
const SPREAD = 15;
/** Views in each step of an attack that is made for the cameras. */
const VIEWS = 4;

/** The settings for an attack that is made for cameras at these angles. */
export function madeFor(config: AttackConfig, angles: number[]): AttackConfig {
  const [low, high] = [Math.min(...angles), Math.max(...angles)];
  const spread = Math.min(Math.max((high - low) / 2, SPREAD), 90);
  return { ...config, camera: { angle: (low + high) / 2, spread, views: VIEWS } };
}

/**
 * Attacks clips, films them clean and attacked, and asks the network what it sees in the films: section V-D2 of the
 * paper. What is computed is kept, so a run that was cancelled goes on. Fires "change".
 */
export class Cameras extends EventTarget {
  settings: CamerasSettings = { angles: [0, 30, 60], every: 3, both: false };
  /** What runs: words, and the share of all films that are done. */
  now: { words: string; share: number } | null = null;
  failure: Failure | null = null;
  /** The clips that are through all cameras, as rows and table take them. */
  results: FilmedClip[] = [];
  readonly #host: CamerasHost;
  readonly #done = new Map<string, Filmed>();
  /** Films of clean clips, which all attacks on a clip share. */
  readonly #clean = new Map<string, Shot>();
  #stop: AbortController | null = null;

  constructor(host: CamerasHost) {
    super();
    this.#host = host;
  }

  get running(): boolean {
    return this.#stop !== null;
  }

  get obstacle(): string | null {
    return this.#host.obstacle;
  }

  set(patch: Partial<CamerasSettings>): void {
    if (this.running) return;
    this.settings = { ...this.settings, ...patch };
    this.#changed();
  }

  /** Sends the clips through the cameras. Resolves at the end of the run, whatever its reason. */
  async start(entries: Entry[]): Promise<void> {
    const own = this.running || this.obstacle ? null : this.#host.config();
    if (!own) return;
    const { angles, both } = this.settings;
    const attacks = both ? [own, { ...own, config: madeFor(own.config, angles) }] : [own];
    const tasks = entries.flatMap((entry, place) =>
      attacks.map((settings) => ({ entry, seed: place + 1, settings })),
    );
    const stop = new AbortController();
    this.#stop = stop;
    this.failure = null;
    this.#host.claim(() => this.cancel());
    try {
      const run: Filmed[] = [];
      for (const [i, { entry, seed, settings }] of tasks.entries()) {
        const progress = (words: string, share: number) => {
          this.now = { words: `${entry.name}: ${words}`, share: (i + share) / tasks.length };
          this.#changed();
        };
        const key = JSON.stringify([entry.id, settings, angles, this.settings.every]);
        const filmed =
          this.#done.get(key) ?? (await this.#film(entry, seed, settings, progress, stop.signal));
        this.#done.set(key, filmed);
        run.push(filmed);
        progress("recognising", 1);
        this.results = await this.#answers(run);
      }
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.kind !== "cancelled") this.failure = failure;
    } finally {
      this.now = null;
      this.#stop = null;
      this.#host.claim(null);
      this.#changed();
    }
  }

  /** Stops the run; clips that are through all cameras stay. */
  cancel(): void {
    this.#stop?.abort();
  }

  async #film(
    entry: Entry,
    seed: number,
    { config, region }: { config: AttackConfig; region: string },
    progress: (words: string, share: number) => void,
    signal: AbortSignal,
  ): Promise<Filmed> {
    progress("attacking", 0);
    const clip = await this.#host.clip(entry);
    const attacked = await this.#host.attack(clip, config, signal);
    if (!attacked || signal.aborted) throw new Failure("cancelled", "The run was cancelled.");
    const { angles, every } = this.settings;
    const films: Filmed["films"] = [];
    for (const [i, yaw] of angles.entries()) {
      // Each clip has another person.
      const take = { seed, yaw };
      const of = (half: number) => (share: number) =>
        progress(`filming, ${yaw}°`, (i + (half + share) / 2) / angles.length);
      const key = JSON.stringify([entry.id, take, every]);
      const clean = this.#clean.get(key) ?? (await this.#host.shoot(clip, null, take, every, of(0), signal));
      this.#clean.set(key, clean);
      const perturbed = await this.#host.shoot(clip, attacked.data, take, every, of(1), signal);
      films.push({ take, clean, perturbed });
    }
    return { entry, clip, attacked: { ...attacked, region }, films };
  }

  /** The network's answers. The estimator's offsets are fitted on the other clips; a lone clip has only its own. */
  async #answers(run: Filmed[]): Promise<FilmedClip[]> {
    const results: FilmedClip[] = [];
    for (const { entry, clip, attacked, films } of run) {
      const { clean, attacked: after, report } = attacked;
      const views = [view(null, clean, after)];
      for (const [i, film] of films.entries()) {
        const others = run.filter((one) => one.entry !== entry);
        const fitted = others.length > 0 ? others : run;
        const moments = sum(fitted.flatMap((one) => one.films[i]?.clean.moments ?? []));
        const answer = (shot: Shot) => this.#host.answer(clip, film.take, shot, moments, report.target);
        views.push(view(film, await answer(film.clean), await answer(film.perturbed)));
      }
      results.push(await this.#host.filmed(entry, clip, attacked, views));
    }
    return results;
  }

  #changed(): void {
    this.dispatchEvent(new Event("change"));
  }
}

function view(film: Filmed["films"][number] | null, clean: Answer, attacked: Answer): View {
  const [a, b] = [film?.clean, film?.perturbed];
  return {
    camera: film?.take.yaw ?? null,
    clean: clean.label,
    predicted: attacked.label,
    confidence: attacked.p,
    pTarget: attacked.target,
    errorClean: a?.error ?? null,
    errorAttacked: b?.error ?? null,
    found: a && b ? (a.found + b.found) / (a.taken + b.taken) : null,
  };
}

/** Lists of numbers, added place by place. */
function sum(lists: Float64Array[]): Float64Array {
  const total = new Float64Array(lists[0]?.length ?? 0);
  for (const list of lists) for (const [i, value] of list.entries()) total[i] = (total[i] ?? 0) + value;
  return total;
}

/** Parses a visitor's list of 1 to 7 camera angles in degrees; null if it is invalid. */
export function parseAngles(text: string): number[] | null {
  const values = text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number);
  const fit = values.length > 0 && values.length <= 7 && values.every((value) => Math.abs(value) <= 180);
  return fit ? [...new Set(values)] : null;
}
