import type { AttackConfig } from "./types.ts";

/** The attacks with a name, `contract::peers::Peer` in Rust. */
export const peers = [
  {
    id: "ciasa",
    name: "CIASA",
    about: "Adam on cross-entropy, smoothness and plausibility (Liu et al., the paper).",
  },
  {
    id: "pgd",
    name: "PGD",
    about:
      "Many small steps along the gradient's sign, each projected back to within epsilon (Madry et al. 2018).",
  },
  {
    id: "mi-fgsm",
    name: "MI-FGSM",
    about: "Small steps along the sign of a running mean of gradients, the momentum (Dong et al. 2018).",
  },
  {
    id: "cw",
    name: "C&W margin",
    about: "Adam on the margin between two logits instead of cross-entropy (Carlini and Wagner 2017).",
  },
  {
    id: "smart",
    name: "SMART",
    about:
      "Adam on cross-entropy and a perceptual loss: weighted displacement, acceleration and bone length " +
      "(Wang et al. 2021).",
  },
  {
    id: "fgsm",
    name: "FGSM",
    about: "A single step of size epsilon along the gradient's sign (Goodfellow et al. 2015).",
  },
] as const;

export type Peer = (typeof peers)[number]["id"];

/**
 * Settings changed to another attack, as `Peer::apply` in Rust: target, region, epsilon, iterations, clipping and
 * realignment stay; step sizes follow the attack's authors.
 */
export function applyPeer(peer: Peer, config: AttackConfig): AttackConfig {
  const epsilon = typeof config.epsilon === "number" ? config.epsilon : Math.max(0, ...config.epsilon);
  const step = epsilon / Math.max(1, config.iterations);
  const { smooth, plausible } = config.constraints;
  const own = peer === "ciasa";
  const plain: AttackConfig = {
    ...config,
    prediction: { kind: "cross-entropy" },
    restraint: "ciasa",
    constraints: { ...config.constraints, smooth: own && smooth, plausible: own && plausible },
  };
  switch (peer) {
    case "ciasa":
      return { ...plain, method: "ciasa" };
    case "fgsm":
      return { ...plain, method: "fgsm" };
    case "pgd":
      return { ...plain, method: "pgd", alpha: 2.5 * step };
    case "mi-fgsm":
      return { ...plain, method: "mi-fgsm", alpha: step };
    case "cw":
      return { ...plain, method: "adam", prediction: { kind: "margin", kappa: 0 } };
    case "smart":
      return { ...plain, method: "adam", restraint: "smart", lambda: 0.4 / 0.6 };
  }
}

/** The attack that settings describe. */
export function peerOf({ method, prediction, restraint }: AttackConfig): Peer {
  if (method !== "adam") return method;
  return restraint === "smart" ? "smart" : prediction?.kind === "margin" ? "cw" : "ciasa";
}

export const peerName = (peer: Peer): string => peers.find((one) => one.id === peer)?.name ?? peer;
