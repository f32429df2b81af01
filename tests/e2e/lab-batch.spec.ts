import "./core.ts";
import { expect, test } from "@playwright/test";
import type { Backend } from "../../web/src/core/types.ts";
import { attacksAtOnce } from "../../web/src/engine/batch.ts";
import { csv } from "../../web/src/lab/csv.ts";
import { plan, type Task, together } from "../../web/src/lab/plan.ts";
import { labDefaults } from "../../web/src/lab/settings.ts";
import type { sweepIds } from "../../web/src/settings/sweep-ids.ts";
import { entries, entry, ground, made, model } from "./lab-made.ts";

test("a GPU computes as many attacks together as fit into a call, a CPU one", () => {
  const gpu = (gpuMs: number, software = false): Backend => {
    const parity = { logits: 0, gradient: 0, tolerance: 1, ok: true, gpuMs, cpuMs: 1 };
    return { kind: "webgpu", name: "", reason: "", software, parity };
  };
  expect([1, 20, 40, 99, 500].map((ms) => attacksAtOnce(gpu(ms), 64))).toEqual([8, 5, 2, 1, 1]);
  // Long clips do not fit into memory together.
  expect([80, 128, 300, 3000].map((frames) => attacksAtOnce(gpu(1), frames))).toEqual([8, 5, 2, 1]);
  expect(attacksAtOnce(gpu(1, true), 64)).toBe(1);
  expect(attacksAtOnce({ ...gpu(1), kind: "cpu" }, 64)).toBe(1);
  expect(attacksAtOnce({ ...gpu(1), parity: null }, 64)).toBe(1);
  expect(attacksAtOnce(null, 64)).toBe(1);
});

test("attacks of one kind on clips of one length share a pass, judgements do not", () => {
  const long = { ...entry("e", "squat"), frames: 3 };
  const of = (sweep: (typeof sweepIds)[number], clips: string[]) =>
    plan({ ...labDefaults(), sweep, clips }, [...entries, long], { ...ground, others: [model("second")] });
  const basic = of("basic", ["a", "c", "e"]).tasks;
  const [first] = basic as [Task];
  expect(together(first, basic).map((task) => task.clip.id)).toEqual([..."aaaaaccccc"]);
  // Among the other attacks, one has CIASA's method and restraint.
  const peer = of("peers", ["a", "c"]).tasks;
  for (const task of peer) {
    const kinds = new Set(together(task, peer).map(({ setting: { config } }) => config.method));
    expect([...kinds]).toEqual([task.setting.config.method]);
  }
  const transfer = of("transfer", ["a", "c"]).tasks;
  expect(transfer.map((task) => together(task, transfer).length)).toEqual([2, 2, 1, 1]);
});

test("a host that computes several attacks at once gets batches, and the rows follow the plan", async () => {
  const { host, lab } = made();
  host.most = 4;
  const under: number[] = [];
  lab.addEventListener("change", () => under.push(lab.now?.tasks.length ?? 0));
  await lab.start();
  expect(host.batches).toEqual(["aacc", "dd"]);
  expect(lab.results.map(({ clip, setting, batch }) => [clip, setting, batch])).toEqual([
    ["a", "e=0.1", 4],
    ["a", "e=0.2", 4],
    ["c", "e=0.1", 4],
    ["c", "e=0.2", 4],
    ["d", "e=0.1", 2],
    ["d", "e=0.2", 2],
  ]);
  expect(lab.results.map(({ config }) => config.epsilon)).toEqual([0.1, 0.2, 0.1, 0.2, 0.1, 0.2]);
  expect(Math.max(...under)).toBe(4);
  // The time in a row is its share of the batch.
  expect(new Set(lab.results.slice(0, 4).map(({ seconds }) => seconds)).size).toBe(1);
  const [head, line] = csv(lab.results, "one-step", [ground.model]).split("\n");
  expect([head?.split(",").at(-1), line?.split(",").at(-1)]).toEqual(["batch", "4"]);
});

test("attacks that fail together are tried alone, and only failing ones are reported", async () => {
  const { host, lab } = made();
  host.most = 8;
  const usual = host.next;
  host.next = (trial) => {
    if (host.batches.at(-1)?.includes("c"))
      trial.reject({ kind: "config", message: "the clip shows no person" });
    else usual(trial);
  };
  await lab.start();
  expect(host.batches).toEqual(["aaccdd", "a", "a", "c", "c", "d", "d"]);
  expect([lab.results.length, lab.open, lab.troubles.size]).toEqual([4, 2, 2]);
  expect(lab.results.every(({ batch }) => batch === 1)).toBe(true);
  // Resumed, the remaining ones are tried together again.
  host.next = usual;
  await lab.start();
  expect([host.batches.at(-1), lab.open, lab.troubles.size]).toEqual(["cc", 0, 0]);
});

test("a cancelled batch is computed again as a whole", async () => {
  const { host, lab } = made();
  host.most = 3;
  const usual = host.next;
  host.next = (trial) => {
    if (host.batches.length === 2) queueMicrotask(() => lab.cancel());
    else usual(trial);
  };
  await lab.start();
  expect([lab.status, lab.results.length, lab.now]).toEqual(["idle", 3, null]);
  host.next = usual;
  await lab.start();
  expect(host.batches).toEqual(["aac", "cdd", "cdd"]);
  expect(lab.open).toBe(0);
});
