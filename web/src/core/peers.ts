import type { AttackConfig } from "../core/types.ts";

/** The attacks that the loop knows by name, `attack::Peer`. */
export const peers = [
  {
    id: "ciasa",
    name: "CIASA",
    about: "Adam, on what the network says, smoothness and plausibility together (Liu et al., the paper).",
  },
  {
    id: "pgd",
    name: "PGD",
    about:
      "Many small steps along the gradient's sign, each brought back within epsilon (Madry et al. 2018).",
  },
  {
    id: "mi-fgsm",
    name: "MI-FGSM",
    about: "Small steps along the sign of a momentum that remembers earlier gradients (Dong et al. 2018).",
  },
  {
    id: "cw",
    name: "C&W margin",
    about: "Adam, on the margin between two logits instead of cross-entropy (Carlini and Wagner 2017).",
  },
  {
    id: "smart",
    name: "SMART",
    about:
      "Adam, on what the network says in balance with a perceptual loss of weighted displacement, acceleration and bone length (Wang et al. 2021).",
  },
  {
    id: "fgsm",
    name: "FGSM",
    about: "A single step of size epsilon along the gradient's sign (Goodfellow et al. 2015).",
  },
] as const;

export type Peer = (typeof peers)[number]["id"];

/**
 * `Peer::apply` of the core: these settings with this attack in them. Target, region, epsilon, iterations, clipping and
 * realignment stay; the steps are their authors' rules.
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
