import { applyPeer as coreApplyPeer, peerOf as corePeerOf } from "../../pkg/viewer/viewer.js";
import { ATTACKERS, PEER_NAMES } from "../generated/constants.ts";
import type { AttackConfig, Peer } from "./types.ts";

export type { Peer } from "./types.ts";

/** Can the attack aim at a class? A part swap cannot: it never asks the network. */
export const aims = (peer: Peer): boolean => peer !== "part-swap";

/** The attacks of the matrix: an attack by name with its goal. */
export const attackers = ATTACKERS;

/** How each attack works, in the order in which the page lists them. */
const abouts: Record<Peer, string> = {
  ciasa: "Adam on cross-entropy, smoothness and plausibility (Liu et al., the paper).",
  pgd: "Many small steps along the gradient's sign, each projected back to within epsilon (Madry et al. 2018).",
  "mi-fgsm": "Small steps along the sign of a running mean of gradients, the momentum (Dong et al. 2018).",
  cw: "Adam on the margin between two logits instead of cross-entropy (Carlini and Wagner 2017).",
  smart:
    "Adam on cross-entropy and a perceptual loss: weighted displacement, acceleration and bone length " +
    "(Wang et al. 2021).",
  noise:
    "A baseline without gradients: random noise of size epsilon, another draw in each step; the best draw counts.",
  rotation:
    "A baseline without gradients: the whole body turned about a random axis, as far as epsilon lets it, anew in " +
    "each step; the best draw counts.",
  "bone-length":
    "Makes bones longer or shorter, each by one factor in all frames (Tanaka et al. 2022). Bone lengths are what it " +
    "changes, so τ bounds them in place of the rule that keeps them.",
  "part-swap":
    "The body part that moves least moves as in another clip (after ISAAC-N, 2025). The network is never asked. With " +
    "clipping on the part goes as far as epsilon only.",
  tasar:
    "A gradient averaged over networks with noise on their last layer, and a share of the motion's gradient: made to " +
    "fool other networks too (TASAR, Diao et al. 2025; its trained heads are drawn here).",
  basar:
    "Sees labels only: from a clip of another class it walks along the boundary towards this one (BASAR, Diao et al. " +
    "2021). One step is one query.",
  fgsm: "A single step of size epsilon along the gradient's sign (Goodfellow et al. 2015).",
};

/** The attacks by their names in the literature. */
export const peers = (Object.keys(abouts) as Peer[]).map((id) => ({
  id,
  name: PEER_NAMES[id],
  about: abouts[id],
}));

/**
 * Changes method, losses and step size to those of an attack. Target, region, epsilon, iterations, clipping and
 * realignment stay. Needs the module loaded.
 */
export const applyPeer = (peer: Peer, config: AttackConfig): AttackConfig => coreApplyPeer(peer, config);

/** The attack that settings describe. Needs the module loaded. */
export const peerOf = (config: AttackConfig): Peer => corePeerOf(config) as Peer;

export const peerName = (peer: Peer): string => PEER_NAMES[peer];
