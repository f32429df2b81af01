import { Failure } from "../base/failure.ts";
import { attackDefaults } from "../core/attack-config.ts";
import type { LayoutInfo } from "../core/layout.ts";
import { applyPeer } from "../core/peers.ts";
import type { AttackConfig } from "../core/types.ts";
import type { State } from "../settings/table.ts";

/**
 * The default global epsilon: about a thirtieth of a body's height, in metres or as a share of the picture. The
 * paper's 0.02 is "one twentieth of the average skeleton height" in its own unit; the shipped network needs less than
 * that, but more than 2 cm.
 */
export function usualEpsilon(layout: LayoutInfo): number {
  return layout.unit === "m" ? 0.05 : 0.02;
}

/** The current global epsilon, in the layout's unit. */
export function globalEpsilon(state: Readonly<State>, layout: LayoutInfo): number {
  return state.epsilon ?? usualEpsilon(layout);
}

/** The current epsilon of each joint (advanced mode), (V). A list of another layout's length is ignored. */
export function jointEpsilons(state: Readonly<State>, layout: LayoutInfo): number[] {
  const own = state.epsilons;
  return own && own.length === layout.joints.length ? own : layout.hierarchical;
}

/** The joints that the attack may move; null: all. */
export function regionJoints(state: Readonly<State>, layout: LayoutInfo): number[] | null {
  if (state.mode === "basic" || state.mode === "one-step") return null;
  if (state.region === "picked") {
    return (state.joints ?? []).filter((joint) => joint < layout.joints.length).sort((a, b) => a - b);
  }
  const preset = layout.regions.find((region) => region.id === state.region) ?? layout.regions[0];
  return preset ? [...preset.joints] : [];
}

/** Does the method draw at random, without following a gradient? */
export const draws = (method: State["method"]): boolean =>
  method === "noise" || method === "rotation" || method === "part-swap" || method === "basar";

/** Has the method one start only, at the clean clip? */
const startsOnce = (method: State["method"]): boolean =>
  draws(method) || method === "bone-length" || method === "tasar";

/** Does the attack stay within epsilon at every step? */
export const bounded = ({ mode, clipping, projection }: Readonly<State>): boolean =>
  mode !== "one-step" && clipping && projection === "exact";

/** Why the attack cannot be made for a camera; null if it can. */
export function cameraObstacle({ mode, method }: Readonly<State>, layout: LayoutInfo): string | null {
  if (layout.dims !== 3) return "A clip in a picture has no depth: a camera needs a clip in metres.";
  const draw = mode !== "one-step" && startsOnce(method);
  return draw ? "Only attacks that follow one network's gradient can be made for a camera." : null;
}

/** Why no smallest epsilon can be searched for with these settings; null if one can. */
export function searchObstacle({ mode, method, clipping, projection }: Readonly<State>): string | null {
  if (mode === "one-step") return "One step has exactly the size epsilon. Choose another attack.";
  if (method === "basar") return "BASAR looks for the nearest clip by itself: its curve shows the distance.";
  if (draws(method)) return "Random draws do not search. Choose an attack that follows the gradient.";
  if (projection !== "exact") return "Choose the exact projection: with the paper's, epsilon does not hold.";
  return clipping ? null : "Switch on “Clip to epsilon”: without it, epsilon does not hold.";
}

/** An epsilon that was found, rounded up to three digits. */
export function roundedUp(epsilon: number): number {
  const unit = 10 ** (Math.floor(Math.log10(epsilon)) - 2);
  // A found value with up to three digits of its own stays; it is a float of 32 bits.
  return Number((Math.ceil(epsilon / unit - 1e-4) * unit).toPrecision(3));
}

/** The settings with a found epsilon. In advanced mode all joints' epsilons change by the same factor. */
export function withEpsilon(state: Readonly<State>, layout: LayoutInfo, epsilon: number): Partial<State> {
  if (state.mode !== "advanced") return { epsilon: roundedUp(epsilon) };
  const each = jointEpsilons(state, layout);
  const factor = epsilon / Math.max(...each);
  return { epsilons: each.map((one) => (one > 0 ? roundedUp(one * factor) : 0)) };
}

/** Can the chosen attack be untargeted? */
export const untargetable = ({ mode, method }: Readonly<State>): boolean =>
  mode === "one-step" || method !== "ciasa";

/** The target for the engine. Throws a `Failure` if the recogniser has no such class. */
function target(state: Readonly<State>, classes: string[]): AttackConfig["target"] {
  if (state.target === "untargeted" && untargetable(state)) return { kind: "untargeted" };
  if (state.target.startsWith("class:")) {
    const index = classes.indexOf(state.target.slice("class:".length));
    if (index >= 0) return { kind: "class", index };
    throw new Failure(
      "config",
      `The recogniser has no class named "${state.target.slice(6)}". Choose another target.`,
    );
  }
  return { kind: "least-likely" };
}

/** The engine's settings for the page's settings. Throws a `Failure` if they are incomplete. */
export function attackConfig(state: Readonly<State>, layout: LayoutInfo, classes: string[]): AttackConfig {
  const config = untargetedConfig(state, layout);
  if (config.joints?.length === 0) {
    throw new Failure("config", "No joint is picked. Pick joints on the figure or choose a preset region.");
  }
  return { ...config, target: target(state, classes) };
}

/**
 * Why the chosen target cannot be attacked: the recogniser sees it in the clean clip already; null if it can. `seen`:
 * the class that it sees.
 */
export function targetObstacle({ target }: Readonly<State>, seen: string | undefined): string | null {
  if (seen === undefined || target !== `class:${seen}`) return null;
  return `The network already sees “${seen}” in the clean clip. Choose another target.`;
}

/** As `attackConfig`, without a target; unset step sizes and weights get the method's defaults. */
export function untargetedConfig(state: Readonly<State>, layout: LayoutInfo): AttackConfig {
  const config = applyPeer(state.mode === "one-step" ? "fgsm" : state.method, {
    ...attackDefaults(),
    target: { kind: "untargeted" },
    joints: regionJoints(state, layout),
    epsilon: state.mode === "advanced" ? [...jointEpsilons(state, layout)] : globalEpsilon(state, layout),
    projection: state.projection,
    // Random starts lie within epsilon, so without clipping there are none.
    optimiser: {
      surface: state.surface,
      schedule: state.schedule,
      starts: bounded(state) && !startsOnce(state.method) ? state.starts : 1,
      discriminator: state.discriminator,
      smoothness: state.smoothness,
    },
    camera:
      state.camera === null || cameraObstacle(state, layout)
        ? null
        : { angle: state.camera, spread: state.spread, views: state.views },
    iterations: state.mode === "one-step" ? 1 : state.iterations,
    queries: state.queries,
    tau: state.tau,
    transfer: { draws: state.draws, noise: state.noise, motion: state.motion },
    constraints:
      state.mode === "one-step"
        ? { clip: false, realign: false, smooth: false, plausible: false }
        : { clip: state.clipping, realign: state.realign, smooth: state.smooth, plausible: state.plausible },
    stop:
      state.stop === "confidence"
        ? { kind: "confidence", confidence: state.confidence, hold: state.hold }
        : { kind: "iterations" },
    seed: state.seed,
  });
  // Of the other methods the loss is part of the method.
  const margin = state.mode !== "one-step" && state.method === "ciasa" && state.prediction === "margin";
  return {
    ...config,
    ...(margin ? { prediction: { kind: "margin", kappa: state.kappa } } : {}),
    alpha: state.alpha ?? config.alpha,
    lambda: state.lambda ?? config.lambda,
  };
}

/** The changed settings, for a running attack. */
export function configPatch(before: AttackConfig, after: AttackConfig): Partial<AttackConfig> {
  const changed = (Object.keys(after) as (keyof AttackConfig)[]).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  );
  return Object.fromEntries(changed.map((key) => [key, after[key]]));
}
