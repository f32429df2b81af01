// What the Lab writes: rows, remaining time, plots.
import "./core.ts";
import { expect, test } from "@playwright/test";
import { nice } from "../../web/src/base/svg.ts";
import { EVAL_COLUMNS } from "../../web/src/generated/constants.ts";
import { csv } from "../../web/src/lab/csv.ts";
import { Lab } from "../../web/src/lab/lab.ts";
import { draw, paper } from "../../web/src/lab/plot.ts";
import { rate } from "../../web/src/lab/rates.ts";
import { remaining } from "../../web/src/lab/time.ts";
import { entry, FakeHost, ground, made } from "./lab-made.ts";

test("rows are valid CSV with any clip name", async () => {
  const host = new FakeHost();
  const lab = new Lab(host);
  lab.survey([{ ...entry("a", "wave"), label: 'say "hi",\nthen wave' }], ground);
  lab.set({ clips: ["a"], epsilons: [0.1] });
  await lab.start();
  const text = csv(lab.results, "one-step", [ground.model]);
  expect(text).toContain(',"say ""hi"",\nthen wave",wave,');
  // As in `ciasa eval`: ids of experiment and setting, start of the weights' hash, classes by name.
  expect(text.split("\n")[1]).toBe('figure2,sha-of-f,sha-of-f,e=0.1,first,first,gallery,a,"say ""hi"",');
  expect(text.split("\n")[2]).toMatch(
    /^then wave",wave,,,fgsm,0.1,0.05,all,none,,1,1,none,1,1,true,,,squat,0.75,,,true,/,
  );
  const [head, ...rest] = text
    .replace(/"(?:[^"]|"")*"/g, "quoted")
    .trim()
    .split("\n");
  expect(rest).toHaveLength(1);
  expect(rest[0]?.split(",")).toHaveLength(head?.split(",").length ?? 0);
});

test("columns shared with `ciasa eval` have the same names", () => {
  const known: ReadonlySet<string> = new Set(EVAL_COLUMNS);
  const ours = csv([], "one-step", []).trim().split(",");
  const own = ["joints", "engine", "batch"];
  expect(known.size).toBeGreaterThan(30);
  expect(ours.filter((name) => !known.has(name))).toEqual(own);
});

test("the remaining time is estimated by setting, from the first row on", async () => {
  const { lab } = made();
  expect(remaining(lab.plan.tasks, lab.rows)).toBeNull();
  await lab.start();
  const rows = new Map(lab.rows);
  for (const [key, row] of rows) rows.set(key, { ...row, seconds: row.setting === "e=0.1" ? 1 : 5 });
  for (const task of lab.plan.tasks.slice(2)) rows.delete(task.key);
  expect(remaining(lab.plan.tasks, rows)).toBe(12);
});

test("the plot is a complete SVG with escaped names", () => {
  const point = { name: "<b>&", x: null, last: rate(1, 2), best: rate(2, 2) };
  const figure = { title: "T", about: "A", unit: "m", height: 2, points: [point] };
  for (const drawn of [
    draw(figure, paper, 640, true),
    draw({ ...figure, points: [{ ...point, x: 0.1 }] }, paper, 640, true),
  ]) {
    expect(drawn).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(drawn).not.toContain("<b>");
    expect(drawn).not.toMatch(/NaN|undefined|var\(/);
    expect(drawn).toContain("50 % (1 of 2; 95 % interval 9.5 % to 90.5 %)");
  }
  // A setting without clips has a name and no point.
  expect(
    draw({ ...figure, points: [{ ...point, last: rate(0, 0), best: rate(0, 0) }] }, paper, 640, true),
  ).not.toContain("NaN");
  expect(nice(0.1, 5)).toEqual([0, 0.02, 0.04, 0.06, 0.08, 0.1]);
});
