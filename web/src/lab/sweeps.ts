import { attackDefaults } from "../core/attack-config.ts";
import type { LayoutInfo } from "../core/layout.ts";
import { aims, applyPeer, attackers, peers } from "../core/peers.ts";
import type { AttackConfig, ModelEntry } from "../core/types.ts";
import type { SweepId } from "../settings/sweep-ids.ts";
import { chosen, comparable } from "./networks.ts";
import { type LabSettings, overEpsilons, usualEpsilons } from "./settings.ts";

/** One point of a sweep. */
export interface Setting {
  /** The name in `ciasa eval`. */
  id: string;
  /** The name on the page. */
  name: string;
  /** Its epsilon if the sweep varies epsilon, else null. */
  x: number | null;
  config: AttackConfig;
  /** The attacked network. */
  model: ModelEntry;
  /** Another network that judges the attacked clips; null: the attacked network itself. */
  judge: ModelEntry | null;
}

/** The network, skeleton and clips that a sweep is planned for. */
export interface Ground {
  layout: LayoutInfo;
  /** The attacked network, and the others that read its layout. */
  model: ModelEntry;
  others: ModelEntry[];
  /** Does the gallery have clips for the discriminator to learn from? Without them plausibility is off. */
  natural: boolean;
}

export interface Sweep {
  id: SweepId;
  name: string;
  /** Its figure or table in the paper. */
  paper: string | null;
  about: string;
}

export const sweeps: Sweep[] = [
  {
    id: "one-step",
    name: "One step",
    paper: "Figure 2",
    about: "FGSM without a target: one step of size epsilon, no constraint. Success: any other class.",
  },
  {
    id: "basic",
    name: "Basic",
    paper: "Table I",
    about: "CIASA on all joints, towards the least likely class, over epsilon. Success: that class.",
  },
  {
    id: "regions",
    name: "Regions",
    paper: "Table II",
    about: "CIASA on one set of joints at a time, towards the least likely class, at one epsilon.",
  },
  {
    id: "ablation",
    name: "Ablation",
    paper: "Figures 6 and 7",
    about: "CIASA with each constraint switched off in turn: its effect on success and on naturalness.",
  },
  {
    id: "peers",
    name: "Peers",
    paper: null,
    about: "CIASA and other attacks with the same clips, epsilon, network, target and projection.",
  },
  {
    id: "transfer",
    name: "Transfer",
    paper: "Table III",
    about:
      "Clips attacked for each chosen network, shown to the judges: networks of the same skeleton and classes.",
  },
  {
    id: "matrix",
    name: "Matrix",
    paper: null,
    about:
      "Attacks against networks: each attack on each network, with the same clips and one epsilon, as ciasa eval " +
      "matrix has them. Success: any other class; with “least likely class” that class.",
  },
];

/** The settings of a sweep, in the order of the figure. */
export function settingsOf(lab: LabSettings, ground: Ground): Setting[] {
  return variants(lab, ground).map((one) => ({ model: ground.model, ...one }));
}

/** The settings of a sweep; without `model` they attack the loaded network. */
function variants(lab: LabSettings, ground: Ground): (Omit<Setting, "model"> & Partial<Setting>)[] {
  const { layout, model } = ground;
  const epsilons = lab.epsilons ?? usualEpsilons(lab.sweep, layout);
  const one = epsilons[0] ?? 0;
  const own = { x: null, judge: null };
  switch (lab.sweep) {
    case "one-step":
      return epsilons.map((x) => ({ ...at(x), x, config: fgsm(lab, ground, x), judge: null }));
    case "basic":
      return epsilons.map((x) => ({ ...at(x), x, config: ciasa(lab, ground, x), judge: null }));
    case "regions":
      return layout.regions
        .filter((region) => region.id.startsWith("set-"))
        .map(({ id, name, joints }) => ({
          ...own,
          id: `${id} e=${one}`,
          name,
          config: { ...ciasa(lab, ground, one), joints: [...joints] },
        }));
    case "ablation":
      // Plausibility is already off without natural clips.
      return ablations
        .filter(({ off }) => ground.natural || off[0] !== "plausible")
        .map(({ id, name, off }) => {
          const config = ciasa(lab, ground, one);
          const constraints = {
            ...config.constraints,
            ...Object.fromEntries(off.map((key) => [key, false])),
          };
          return { ...own, id, name, config: { ...config, constraints } };
        });
    case "peers":
      return peers
        .filter(({ id }) => aims(id))
        .map(({ id, name }) => ({
          ...own,
          id: `${id} targeted`,
          name,
          config: applyPeer(id, ciasa(lab, ground, one)),
        }));
    case "matrix": {
      const attacked = chosen(comparable(model, ground.others), lab.attacked ?? [model.id]);
      return attacked.flatMap((victim) =>
        chosenAttacks(lab).map(({ id, name, peer, target }) => ({
          ...own,
          id,
          name: attacked.length > 1 ? `${name} on ${victim.name}` : name,
          config: applyPeer(peer, { ...ciasa(lab, ground, one), target }),
          model: victim,
        })),
      );
    }
    case "transfer": {
      const config = ciasa(lab, ground, one);
      const fitting = comparable(model, ground.others);
      const attacked = chosen(fitting, lab.attacked ?? [model.id]);
      const judges = chosen(fitting, lab.judges);
      return attacked.flatMap((victim) =>
        [null, ...judges.filter(({ id }) => id !== victim.id)].map((judge) => {
          const name = (judge ?? victim).name;
          const pair = attacked.length > 1 ? `${victim.name} → ${name}` : name;
          return { id: `e=${one}`, name: pair, x: null, config, model: victim, judge };
        }),
      );
    }
  }
}

/** Why this sweep is not possible, as a sentence for the visitor; null if it is. */
export function obstacle(lab: LabSettings, { model, others, layout }: Ground): string | null {
  if (lab.sweep === "transfer") {
    const fitting = comparable(model, others);
    if (fitting.length < 2)
      return `Transfer needs a second network that reads ${layout.name} and has the same classes. Open its weights.`;
    if (chosen(fitting, lab.attacked ?? [model.id]).length === 0)
      return "No network is chosen to be attacked.";
    if (chosen(fitting, lab.judges).length === 0) return "No network is chosen to judge.";
  }
  if (lab.sweep === "matrix") {
    if (chosen(comparable(model, others), lab.attacked ?? [model.id]).length === 0)
      return "No network is chosen to be attacked.";
    if (chosenAttacks(lab).length === 0) return "No attack is chosen.";
  }
  if (!overEpsilons(lab.sweep) && (lab.epsilons?.length ?? 1) > 1)
    return "This sweep takes one epsilon. Enter a single value.";
  return null;
}

/** The attacks that the matrix begins with: quick ones of each kind. */
const usualAttacks = ["noise", "rotation", "fgsm", "pgd", "mi-fgsm", "tasar", "ciasa-least-likely"];

/** The chosen attacks of the matrix, in the order of `ciasa eval matrix`. */
export const chosenAttacks = ({ attacks }: Pick<LabSettings, "attacks">) =>
  attackers.filter(({ id }) => (attacks ?? usualAttacks).includes(id));

const at = (epsilon: number) => ({ id: `e=${epsilon}`, name: `epsilon ${epsilon}` });

const ablations: { id: string; name: string; off: (keyof AttackConfig["constraints"])[] }[] = [
  { id: "all", name: "All constraints", off: [] },
  { id: "no clip", name: "Without clipping", off: ["clip"] },
  { id: "no realign", name: "Without bone lengths", off: ["realign"] },
  { id: "no smooth", name: "Without smoothness", off: ["smooth"] },
  { id: "no plausible", name: "Without plausibility", off: ["plausible"] },
  { id: "clip only", name: "Clipping only", off: ["realign", "smooth", "plausible"] },
];

/** The attack of the paper's Table I. */
function ciasa(lab: LabSettings, { natural }: Ground, epsilon: number): AttackConfig {
  return applyPeer("ciasa", {
    ...attackDefaults(),
    epsilon,
    alpha: lab.alpha,
    lambda: lab.lambda,
    iterations: lab.iterations,
    // As in `ciasa eval`: 2,000 for 100 steps.
    queries: 20 * lab.iterations,
    constraints: { clip: true, realign: true, smooth: true, plausible: natural },
    stop: lab.stop,
    seed: lab.seed,
  });
}

/** The attack of the paper's Figure 2: one full step, without constraints or stop rule. */
function fgsm(lab: LabSettings, ground: Ground, epsilon: number): AttackConfig {
  return {
    ...applyPeer("fgsm", ciasa(lab, ground, epsilon)),
    target: { kind: "untargeted" },
    iterations: 1,
    constraints: { clip: false, realign: false, smooth: false, plausible: false },
    stop: { kind: "iterations" },
  };
}
