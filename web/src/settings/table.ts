import { OPENED } from "../engine/models.ts";
import { type Codec, choice, flag, list, number, optional, text, viewpoint } from "./codec.ts";
import { sweepIds } from "./sweep-ids.ts";

/** Omits networks from the visitor's files, which do not exist on another computer. */
const served: Codec<string> = {
  encode: (value) => (value.startsWith(OPENED) ? "" : value),
  decode: text.decode,
  expects: text.expects,
};

interface Row<T> {
  /** The key in the address. */
  key: string;
  /** The default. */
  initial: T;
  codec: Codec<T>;
}

/** The iterative attacks. */
const methods = [
  ...(["ciasa", "pgd", "mi-fgsm", "cw", "smart", "noise", "rotation"] as const),
  ...(["bone-length", "part-swap", "tasar", "basar"] as const),
] as const;

const row = <T>(key: string, initial: T, codec: Codec<T>): Row<T> => ({ key, initial, codec });

/**
 * Every setting of the playground: its key in the address, its default and its codec.
 * Lengths are in the unit of the clip's layout (metres, or a share of the picture).
 */
export const table = {
  /** Id of the gallery clip; empty: the first. */
  clip: row("clip", "", text),
  /** Id of the recogniser; empty: the default for the clip's layout. */
  model: row("model", "", served),
  /** The device that computes. */
  engine: row("engine", "auto", choice("auto", "webgpu", "cpu")),

  mode: row("mode", "basic", choice("one-step", "basic", "localized", "advanced")),
  /** The iterative attack; one step is always FGSM. */
  method: row("by", "ciasa", choice(...methods)),
  /** `least-likely`, `untargeted` or `class:NAME`. */
  target: row("target", "least-likely", text),
  /** Id of a preset region, or `picked`. */
  region: row("region", "arms", text),
  /** The joints when the region is `picked`. */
  joints: row<number[] | null>("joints", null, list(number(0, 63, true))),
  /** One epsilon for all joints; null: the layout's default. */
  epsilon: row<number | null>("eps", null, optional(number(0, 10))),
  /** One epsilon per joint (advanced mode), (V); null: the layout's hierarchical defaults. */
  epsilons: row<number[] | null>("epss", null, list(number(0, 10))),
  /** Step size and weight of the restraint; null: the method's defaults. */
  alpha: row<number | null>("alpha", null, optional(number(0.00001, 1))),
  lambda: row<number | null>("lambda", null, optional(number(0, 1000))),
  /** Of BASAR: queries at most. */
  queries: row("q", 2000, number(1, 100_000, true)),
  /** Of the bone-length attack: the largest change of a length, as a share of it. */
  tau: row("tau", 0.1, number(0.001, 0.5)),
  /** Of TASAR: draws of the last layer, the size of their noise, and the share of the motion's gradient. */
  draws: row("draws", 20, number(1, 100, true)),
  noise: row("noise", 0.5, number(0, 2)),
  motion: row("motion", 0.2, number(0, 1)),
  iterations: row("n", 200, number(1, 5000, true)),
  clipping: row("c", true, flag),
  realign: row("ssr", true, flag),
  /** How epsilon and bone lengths are enforced: both hold, or as in the paper. */
  projection: row("proj", "exact", choice("exact", "paper")),
  /** How an attack searches within the exact projection's bounds: along the surface of the bone lengths, ... */
  surface: row("surf", true, flag),
  /** ... with this step size over its iterations, ... */
  schedule: row("sched", "constant", choice("constant", "falling")),
  /** ... from so many starts. */
  starts: row("starts", 1, number(1, 10, true)),
  /** What the discriminator learns; with the paper's projection always as in the paper. */
  discriminator: row("dl", "perturbation", choice("perturbation", "paper")),
  /** Whose accelerations smoothness penalises; with the paper's projection always as in the paper. */
  smoothness: row("sl", "perturbation", choice("perturbation", "paper")),
  /** CIASA's loss of the recogniser's answer, and the margin to reach. */
  prediction: row("loss", "cross-entropy", choice("cross-entropy", "margin")),
  kappa: row("kappa", 0, number(0, 1000)),
  /** The camera's angle from the front, in degrees, that the attack is made for; null: for no camera, ... */
  camera: row<number | null>("cam", null, optional(number(-180, 180))),
  /** ... how far its views spread to both sides, in degrees, and their number in a step. */
  spread: row("spread", 15, number(0, 90)),
  views: row("views", 4, number(1, 16, true)),
  smooth: row("smooth", true, flag),
  plausible: row("gan", true, flag),
  stop: row("stop", "confidence", choice("confidence", "iterations")),
  /** Probability that the target has to reach. */
  confidence: row("p", 0.5, number(0.01, 0.999)),
  /** Successive steps for which it has to keep it. */
  hold: row("hold", 5, number(1, 500, true)),
  seed: row("seed", 1, number(0, 4294967295, true)),

  /** Whether the Lab is open, and the sweep chosen in it. */
  lab: row("lab", false, flag),
  sweep: row("sweep", "one-step", choice(...sweepIds)),

  view: row("view", "overlay", choice("overlay", "side", "film")),
  /** Factor by which the difference is drawn larger. */
  magnify: row("mag", 1, number(1, 20)),
  trails: row("trails", false, flag),
  /** Colours the attacked figure by what each joint contributed. */
  attribution: row("why", false, flag),
  /** Playback speed, 1 = as recorded. */
  speed: row("speed", 1, number(0.1, 2)),
};

type Table = typeof table;
export type State = { [K in keyof Table]: Table[K]["initial"] };
export type Mode = State["mode"];

const names = Object.keys(table) as (keyof State)[];

/** All settings at their defaults. */
export function defaults(): State {
  return Object.fromEntries(names.map((name) => [name, table[name].initial])) as State;
}

/** The settings that differ from the defaults, as `key=value&...`. */
export function encode(state: State): string {
  const params = new URLSearchParams();
  for (const name of names) {
    const { key, initial, codec } = table[name] as Row<unknown>;
    const [now, usual] = [codec.encode(state[name]), codec.encode(initial)];
    if (now !== usual) params.set(key, now);
  }
  return params.toString();
}

/** The settings in `key=value&...`; unknown keys and invalid values are ignored. */
export function decode(query: string): State {
  return read(query).state;
}

/** The key of the frame in a link. It is no setting: a link gives it once, and the player goes on from there. */
export const FRAME_KEY = "f";
const frameCodec = number(0, 1_000_000, true);

/** The key of the camera in a link; once, like the frame. */
export const VIEWPOINT_KEY = "look";

/** What a link says: settings, frame (null: play), camera (null: stays), a sentence for each value that is not used. */
export interface Reading {
  state: State;
  frame: number | null;
  viewpoint: number[] | null;
  repairs: string[];
}

/** Reads `key=value&...`. An invalid value is replaced by the default, an unknown key is left out; both are named. */
export function read(query: string): Reading {
  const params = new URLSearchParams(query);
  const state: Record<string, unknown> = defaults();
  const repairs: string[] = [];
  const take = (key: string, codec: Codec<unknown>, used: string): unknown => {
    const written = params.get(key);
    params.delete(key);
    const value = written === null ? undefined : codec.decode(written);
    if (written !== null && value === undefined)
      repairs.push(`“${short(`${key}=${written}`)}” is not ${codec.expects}; ${used}.`);
    return value;
  };
  for (const name of names) {
    const { key, initial, codec } = table[name] as Row<unknown>;
    const usual = codec.encode(initial);
    const value = take(key, codec, usual ? `${usual} is used` : "the usual value is used");
    if (value !== undefined) state[name] = value;
  }
  const frame = take(FRAME_KEY, frameCodec, "the clip plays from its start");
  const look = take(VIEWPOINT_KEY, viewpoint, "the camera stays where it is");
  for (const key of new Set(params.keys())) repairs.push(`“${short(key)}” is no setting; it is left out.`);
  return {
    state: state as State,
    frame: typeof frame === "number" ? frame : null,
    viewpoint: Array.isArray(look) ? look : null,
    repairs,
  };
}

const short = (text: string) => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
