import { draws } from "../attack/config.ts";
import { peerName, peerOf } from "../core/peers.ts";
import type { AttackConfig } from "../core/types.ts";
import type { Plan } from "./plan.ts";
import type { Row } from "./rows.ts";
import type { LabSettings } from "./settings.ts";
import { type Ground, sweeps } from "./sweeps.ts";

/** Everything needed to repeat a figure, as names and values. */
export function methods(
  lab: LabSettings,
  ground: Ground,
  { clips, settings }: Plan,
  rows: Row[],
): [string, string][] {
  const { model } = ground;
  const done = new Set(rows.map((row) => row.clip));
  const right = new Set(
    rows.filter((row) => row.correct === true && row.judge === row.model).map((row) => row.clip),
  );
  const networks = settings.length > 0 ? [...new Set(settings.map((one) => one.model))] : [model];
  const engines = [...new Set(rows.map((row) => row.engine))];
  const configs = settings.map((setting) => setting.config);
  const batch = Math.max(...rows.map((row) => row.batch));
  const unnatural = lab.sweep !== "one-step" && !ground.natural;
  return [
    [
      "Sweep",
      `${sweeps.find((sweep) => sweep.id === lab.sweep)?.name ?? lab.sweep}, ${settings.length} settings`,
    ],
    [
      "Clips",
      `${done.size} of ${clips.length} attacked, ${right.size} of them correctly classified when clean` +
        (networks.length > 1 ? " by a network that was attacked" : ""),
    ],
    ["Attack", [...new Set(configs.map(attackWords))].join("; ")],
    ...(unnatural
      ? [["Plausibility", "off: the gallery has no clips of this skeleton"] as [string, string]]
      : []),
    ["Steps at most", [...new Set(configs.map((config) => config.iterations))].join(", ")],
    ["Stop rule", [...new Set(configs.map((config) => stopWords(config.stop)))].join("; ")],
    [
      "Judged",
      "the returned iterate, with the exact projection the best one; beside it whether any iterate reached the goal",
    ],
    ["Intervals", "Wilson, 95 %"],
    ["Seed", String(lab.seed)],
    ...networks.map(
      (one) =>
        [
          "Network",
          `${one.id}, SHA-256 of its weights ${one.weights.map(({ sha256 }) => sha256).join(", ")}`,
        ] as [string, string],
    ),
    ["Engine", engines.join("; ") || "none yet"],
    ...(batch > 1
      ? [["Together", `up to ${batch} attacks at once; the time in a row is its share`] as [string, string]]
      : []),
  ];
}

function attackWords(config: AttackConfig): string {
  const { target, alpha, lambda, queries, tau, transfer } = config;
  const peer = peerOf(config);
  const aim = target.kind === "untargeted" ? "untargeted" : "towards the least likely class";
  const still = peer === "fgsm" || draws(peer as Parameters<typeof draws>[0]);
  const step = still ? "" : `, α ${Number(alpha.toPrecision(3))}`;
  const weight = peer === "ciasa" || peer === "smart" ? `, λ ${Number(lambda.toPrecision(3))}` : "";
  const own =
    peer === "basar"
      ? `, ${queries} queries`
      : peer === "bone-length"
        ? `, τ ${Number(tau.toPrecision(3))}`
        : peer === "tasar"
          ? `, ${transfer.draws} draws of the last layer with noise ${Number(transfer.noise.toPrecision(3))}`
          : "";
  return `${peerName(peer)} ${aim}${step}${weight}${own}`;
}

function stopWords(stop: AttackConfig["stop"]): string {
  return stop.kind === "iterations"
    ? "after the last step"
    : `when the target has had a probability of ${stop.confidence} for ${stop.hold} successive steps`;
}
