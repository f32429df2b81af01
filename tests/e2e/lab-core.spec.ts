import "./core.ts";
import { expect, test } from "@playwright/test";
import { aims, applyPeer, peerOf, peers } from "../../web/src/core/peers.ts";
import type { AttackConfig } from "../../web/src/core/types.ts";
import { attackMatrix, matrixCsv, transferMatrix } from "../../web/src/lab/matrix.ts";
import { drawMatrix } from "../../web/src/lab/matrix-plot.ts";
import { plan } from "../../web/src/lab/plan.ts";
import { paper } from "../../web/src/lab/plot.ts";
import { rate, summary } from "../../web/src/lab/rates.ts";
import { oneEach } from "../../web/src/lab/sample.ts";
import { labDefaults, parseEpsilons } from "../../web/src/lab/settings.ts";
import { sweepIds } from "../../web/src/settings/sweep-ids.ts";
import { entries, flipped, ground, made, model, reports } from "./lab-made.ts";

test("Wilson's interval agrees with published tables", () => {
  const rounded = (hits: number, of: number) => {
    const { low, high } = rate(hits, of);
    return [low, high].map((value) => Number(value.toFixed(4)));
  };
  expect(rounded(5, 10)).toEqual([0.2366, 0.7634]);
  expect(rounded(9, 10)).toEqual([0.5958, 0.9821]);
  expect(rounded(0, 10)).toEqual([0, 0.2775]);
  expect(rounded(10, 10)).toEqual([0.7225, 1]);
  expect(rate(0, 0).share).toBeNaN();
});

test("one clip per class is drawn by the seed, only from classes of the network", () => {
  const draws = Array.from({ length: 20 }, (_, seed) => oneEach(entries, ["wave", "squat"], seed));
  expect(oneEach(entries, ["wave", "squat"], 3)).toEqual(draws[3]);
  expect(new Set(draws.map(([wave]) => wave))).toEqual(new Set(["a", "b"]));
  for (const draw of draws) expect(draw[1]).toBe("c");
});

test("lists of epsilons are parsed or rejected", () => {
  expect(parseEpsilons("0.2, 0.1;0.1 1e-3")).toEqual([0.001, 0.1, 0.2]);
  for (const bad of [
    "",
    "0",
    "-1",
    "x",
    "0.1, NaN",
    "11",
    Array(21)
      .fill("1")
      .map((_, i) => i + 1)
      .join(" "),
  ])
    expect(parseEpsilons(bad), bad).toBeNull();
});

test("every sweep has its settings, and equal settings share their rows", () => {
  const names = (sweep: (typeof sweepIds)[number]) =>
    plan({ ...labDefaults(), sweep }, entries, { ...ground, others: [model("second")] }).settings.map(
      (one) => one.name,
    );
  expect(names("regions")).toEqual(["Hip", "Knee"]);
  expect(names("ablation")).toHaveLength(6);
  expect(names("peers")).toEqual(peers.filter(({ id }) => aims(id)).map((peer) => peer.name));
  expect(names("transfer")).toEqual(["FIRST", "SECOND"]);
  const bare = plan({ ...labDefaults(), sweep: "ablation" }, entries, { ...ground, natural: false }).settings;
  expect(bare.map((one) => [one.name, one.config.constraints.plausible])).toEqual([
    ["All constraints", false],
    ["Without clipping", false],
    ["Without bone lengths", false],
    ["Without smoothness", false],
    ["Clipping only", false],
  ]);
  for (const sweep of sweepIds) {
    const { tasks, settings, clips } = plan({ ...labDefaults(), sweep }, entries, ground);
    expect(tasks).toHaveLength(settings.length * clips.length);
    expect(new Set(tasks.map((task) => task.key)).size, sweep).toBe(tasks.length);
  }
  const [small, large] = [[0.1], [0.1, 0.2]].map((epsilons) =>
    plan({ ...labDefaults(), epsilons }, entries, ground),
  );
  const keys = new Set(large?.tasks.map((task) => task.key));
  expect(small?.tasks.every((task) => keys.has(task.key))).toBe(true);
});

test("all attacks share target, region, epsilon and projection", () => {
  const settings = plan({ ...labDefaults(), sweep: "peers" }, entries, ground).settings;
  expect(settings.map(({ config }) => peerOf(config))).toEqual(peers.map((peer) => peer.id).filter(aims));
  for (const { config } of settings) {
    expect(config).toMatchObject({ target: { kind: "least-likely" }, joints: null, epsilon: 0.05 });
    expect(config.constraints).toMatchObject({ clip: true, realign: true });
    expect(config.constraints.smooth).toBe(config.method === "ciasa");
  }
  const base = settings[0]?.config as AttackConfig;
  expect(applyPeer("pgd", { ...base, epsilon: [0.5, 1], iterations: 10 }).alpha).toBe(0.25);
  expect(applyPeer("mi-fgsm", { ...base, epsilon: 1, iterations: 10 }).alpha).toBe(0.1);
});

test("a sweep computes clip by clip, and the rates follow from its rows", async () => {
  const { host, lab } = made();
  await lab.start();
  expect(host.attacked.map(({ clip, config }) => [clip, config.epsilon])).toEqual([
    ["a", 0.1],
    ["a", 0.2],
    ["c", 0.1],
    ["c", 0.2],
    ["d", 0.1],
    ["d", 0.2],
  ]);
  // The network sees a wave in "c", a squat; the label of "d" is not one of its classes.
  expect(lab.results.map((row) => row.correct)).toEqual([true, true, false, false, null, null]);
  const rows = lab.results.filter((row) => row.setting === "e=0.1");
  expect(summary(rows, "correct").last).toMatchObject({ hits: 1, of: 1 });
  expect(summary(rows, "all").last).toMatchObject({ hits: 3, of: 3 });
  expect(summary(rows, "all").before).toMatchObject({ hits: 1, of: 2 });
  // The figure is a mean square; a table of lengths shows its root.
  expect(summary(rows, "all").acceleration).toBeCloseTo(0.02, 6);
  expect(lab.status).toBe("idle");
  expect(lab.open).toBe(0);
  await lab.start();
  expect(host.attacked).toHaveLength(6);
  lab.set({ epsilons: [0.1, 0.2, 0.3] });
  await lab.start();
  expect(host.attacked.slice(6).map(({ config }) => config.epsilon)).toEqual([0.3, 0.3, 0.3]);
});

test("the best iterate and the first success differ from the last iterate", async () => {
  const { host, lab } = made();
  const probabilities = new Float32Array([0.9, 0.1]);
  host.next = ({ resolve }) =>
    resolve({ ...flipped, reports: reports([false, false, true, false]), probabilities });
  await lab.start();
  // The third report judges the clip after two steps; the last clip is classified correctly again.
  expect(lab.results[0]).toMatchObject({ fooled: false, best: true, first: 2, used: 4, predicted: "wave" });
});

test("a cancelled sweep keeps its rows and resumes with the others", async () => {
  const { host, lab } = made();
  const usual = host.next;
  host.next = (trial) => {
    if (host.attacked.length === 3) queueMicrotask(() => lab.cancel());
    else usual(trial);
  };
  await lab.start();
  expect([lab.status, lab.now]).toEqual(["idle", null]);
  expect(lab.results).toHaveLength(2);
  host.next = usual;
  await lab.start();
  expect(lab.results).toHaveLength(6);
  expect(host.attacked.map(({ clip }) => clip).join("")).toBe("aacccdd");
});

test("an attack that the page's own one ends during a pause is computed again", async () => {
  const { host, lab } = made();
  const usual = host.next;
  host.next = ({ resolve }) => {
    lab.pause();
    resolve(null);
  };
  const running = lab.start();
  await expect.poll(() => host.attacked.length).toBe(1);
  expect(lab.status).toBe("paused");
  host.next = usual;
  host.occupied = true;
  lab.resume();
  expect(lab.status).toBe("paused");
  host.occupied = false;
  let changes = 0;
  lab.addEventListener("change", () => {
    changes += 1;
  });
  lab.survey(entries, ground);
  expect([changes, lab.obstacle]).toEqual([1, null]);
  lab.resume();
  await running;
  expect(lab.results).toHaveLength(6);
  expect(host.attacked).toHaveLength(7);
});

test("a lost engine stops the sweep with its rows; it resumes once the engine is back", async () => {
  const { host, lab } = made();
  const usual = host.next;
  host.next = (trial) => {
    if (host.attacked.length < 3) return usual(trial);
    host.model = null;
    trial.reject({ kind: "device", message: "the GPU was lost" });
  };
  await lab.start();
  expect(lab.status).toBe("failed");
  expect(lab.failure?.message).toBe("the GPU was lost");
  expect(lab.results).toHaveLength(2);
  host.next = usual;
  await lab.start();
  expect(host.revived).toBe(1);
  expect([lab.status, lab.results.length, lab.failure]).toEqual(["idle", 6, null]);
});

test("a clip that cannot be attacked is reported, skipped and tried again", async () => {
  const { host, lab } = made();
  const usual = host.next;
  host.next = (trial) => {
    if (host.attacked.at(-1)?.clip === "c")
      trial.reject({ kind: "config", message: "the clip shows no person" });
    else usual(trial);
  };
  await lab.start();
  expect([...new Set(lab.troubles.values())]).toEqual(["the clip shows no person"]);
  expect([lab.status, lab.results.length, lab.open]).toEqual(["idle", 4, 2]);
  host.next = usual;
  await lab.start();
  expect([lab.troubles.size, lab.open]).toEqual([0, 0]);
});

test("a change of the network stops the sweep", async () => {
  const { host, lab } = made();
  const usual = host.next;
  host.next = (trial) => {
    if (host.attacked.length === 2) host.model = model("second");
    usual(trial);
  };
  await lab.start();
  expect([lab.status, lab.results.length]).toEqual(["failed", 2]);
  expect(lab.failure?.message).toContain("SECOND");
});

test("a change of the network during a pause stops the sweep when it resumes, without blaming a clip", async () => {
  const { host, lab } = made();
  const usual = host.next;
  let ended = () => {};
  host.next = (trial) => {
    if (host.attacked.length < 3) return usual(trial);
    lab.pause();
    host.model = model("second");
    // The attack ended with its network.
    ended = () => trial.reject({ kind: "config", message: "no attack is under way" });
  };
  const running = lab.start();
  await expect.poll(() => lab.status).toBe("paused");
  lab.resume();
  ended();
  await running;
  expect([lab.status, lab.results.length, lab.troubles.size]).toEqual(["failed", 2, 0]);
  expect(lab.failure?.message).toBe("The network was changed to SECOND.");
});

test("no sweep starts or resumes while a network is loading", async () => {
  const { host, lab } = made();
  host.loading = true;
  await lab.start();
  expect([lab.status, lab.obstacle]).toEqual(["idle", "The network is loading."]);
  host.loading = false;
  const usual = host.next;
  host.next = (trial) => {
    lab.pause();
    usual(trial);
  };
  const running = lab.start();
  await expect.poll(() => lab.results.length).toBe(1);
  host.loading = true;
  lab.resume();
  expect([lab.status, host.attacked.length]).toEqual(["paused", 1]);
  host.loading = false;
  host.next = usual;
  lab.resume();
  await running;
  expect(lab.results).toHaveLength(6);
});

test("other networks judge clips attacked for the first", async () => {
  const { host, lab } = made([model("second")]);
  lab.set({ sweep: "transfer", epsilons: [0.1] });
  await lab.start();
  expect(lab.results.map((row) => row.judge)).toEqual([
    "first",
    "first",
    "first",
    "second",
    "second",
    "second",
  ]);
  expect(host.attacked).toHaveLength(3);
  const rows = lab.results.filter((row) => row.judge === "second");
  expect(summary(rows, "all").last).toMatchObject({ hits: 3, of: 3 });
  expect(summary(rows, "all").after).toMatchObject({ hits: 1, of: 2 });
  expect(host.released).toBe(1);
  lab.survey(entries, ground);
  expect(lab.obstacle).toContain("second network");
});

test("several attacked networks and judges give a matrix with white boxes on its diagonal", async () => {
  const { host, lab } = made([model("second"), model("third")]);
  lab.set({
    sweep: "transfer",
    epsilons: [0.1],
    attacked: ["first", "second"],
    judges: ["second", "third"],
  });
  await lab.start();
  // Each network is attacked on every clip; a network never judges its own clips once more.
  expect(host.prepared).toEqual(["first", "first", "first", "second", "second", "second"]);
  expect(lab.results.map((row) => `${row.model} ${row.judge}`)).toEqual(
    ["first first", "second second", "first second", "first third", "second third"].flatMap((pair) => [
      pair,
      pair,
      pair,
    ]),
  );
  const of = transferMatrix(lab.plan.settings, lab.results, "all");
  expect(of.columns.map(({ id }) => id)).toEqual(["first", "second", "third"]);
  // Nobody asked for the first network's judgement of the second's clips.
  expect(of.cells.map((row) => row.map((cell) => cell && `${cell.hits}/${cell.of}`))).toEqual([
    ["3/3", "3/3", "3/3"],
    [null, "3/3", "3/3"],
  ]);
  const correct = transferMatrix(lab.plan.settings, lab.results, "correct");
  expect(correct.cells[0]?.[0]?.of).toBe(lab.results.filter((r) => r.judge === "first" && r.correct).length);
  const svg = drawMatrix(of, paper, "Transfer", "of <three>");
  expect(svg.match(/white box, 100 %/g)).toHaveLength(2);
  expect(svg).toContain("SECOND attacked, FIRST judges: not chosen");
  expect(svg).not.toContain("<three>");
  lab.set({ judges: [] });
  expect(lab.obstacle).toBe("No network is chosen to judge.");
  lab.set({ judges: null, attacked: [] });
  expect(lab.obstacle).toBe("No network is chosen to be attacked.");
});

test("attacks against networks make a matrix with a rate for each pair", async () => {
  const { host, lab } = made([model("second")]);
  lab.set({
    sweep: "matrix",
    epsilons: [0.1],
    attacked: ["first", "second"],
    attacks: ["pgd", "ciasa-least-likely"],
  });
  expect(lab.plan.settings.map(({ id, model: { id: on } }) => `${id} ${on}`)).toEqual([
    "pgd first",
    "ciasa-least-likely first",
    "pgd second",
    "ciasa-least-likely second",
  ]);
  await lab.start();
  expect(host.attacked.map(({ config }) => `${peerOf(config)} ${config.target.kind}`).slice(0, 2)).toEqual([
    "pgd untargeted",
    "ciasa least-likely",
  ]);
  const of = attackMatrix(lab.settings, lab.plan.settings, lab.results, "all");
  expect(of.lines.map(({ name }) => name)).toEqual(["PGD", "CIASA, least likely class"]);
  expect(of.columns.map(({ id }) => id)).toEqual(["first", "second"]);
  expect(of.cells.map((row) => row.map((cell) => cell && `${cell.hits}/${cell.of}`))).toEqual([
    ["3/3", "3/3"],
    ["3/3", "3/3"],
  ]);
  const svg = drawMatrix(of, paper, "Matrix", "of <two>");
  expect(svg).toContain("PGD, attacked network SECOND: 100 % (3 of 3;");
  expect(svg).not.toContain("white box");
  expect(matrixCsv(of).split("\n").slice(0, 2)).toEqual([
    "attack,attacked_network,hits,of,share,low,high",
    "pgd,first,3,3,1,0.4385,1",
  ]);
  lab.set({ attacks: [] });
  expect(lab.obstacle).toBe("No attack is chosen.");
  lab.set({ attacks: null, attacked: [] });
  expect(lab.obstacle).toBe("No network is chosen to be attacked.");
});

test("a cancelled transfer keeps the finished cells and computes the others later", async () => {
  const { host, lab } = made([model("second")]);
  lab.set({ sweep: "transfer", epsilons: [0.1], attacked: ["first", "second"] });
  const usual = host.next;
  host.next = (trial) => {
    if (host.attacked.length > 3) lab.cancel();
    usual(trial);
  };
  await lab.start();
  const kept = lab.results.map((row) => row.key);
  expect(kept).toHaveLength(3);
  expect(transferMatrix(lab.plan.settings, lab.results, "all").cells[1]?.[1]?.of).toBe(0);
  host.next = usual;
  await lab.start();
  expect(lab.results).toHaveLength(12);
  // Three finished attacks stay; the one in progress is repeated.
  expect(host.attacked).toHaveLength(7);
});

test("a network with other classes neither attacks nor judges", () => {
  const strange = { ...model("strange"), classes: ["jump", "run", "fall"] };
  const { lab } = made([strange]);
  lab.set({ sweep: "transfer", epsilons: [0.1] });
  expect(lab.obstacle).toContain("same classes");
  lab.survey(entries, { ...ground, others: [strange, model("second")] });
  expect(lab.obstacle).toBeNull();
  expect(lab.plan.settings.map((one) => one.name)).toEqual(["FIRST", "SECOND"]);
});
