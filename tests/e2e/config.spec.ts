import "./core.ts";
import { expect, test } from "@playwright/test";
import {
  attackConfig,
  configPatch,
  jointEpsilons,
  regionJoints,
  targetObstacle,
} from "../../web/src/attack/config.ts";
import { mostSteps } from "../../web/src/core/attack-config.ts";
import type { LayoutInfo } from "../../web/src/core/layout.ts";
import { defaults, type State } from "../../web/src/settings/table.ts";

const layout: LayoutInfo = {
  id: "kinect-v1",
  name: "three joints",
  joints: ["hip", "knee", "foot"],
  parents: [0, 0, 1],
  dims: 3,
  confidence: false,
  unit: "m",
  regions: [{ id: "legs", name: "Legs", joints: [1, 2] }],
  hierarchical: [0.01, 0.05, 0.25],
  mirror: [0, 1, 2],
  conversions: [],
};
const classes = ["wave", "squat"];
const config = (patch: Partial<State>) => attackConfig({ ...defaults(), ...patch }, layout, classes);

test("each mode gives its own attack settings", () => {
  const oneStep = config({ mode: "one-step", target: "untargeted" });
  expect(oneStep).toMatchObject({
    method: "fgsm",
    joints: null,
    iterations: 1,
    target: { kind: "untargeted" },
  });
  // One step has exactly the size epsilon, so no constraint applies.
  expect(Object.values(oneStep.constraints)).toEqual([false, false, false, false]);
  expect(config({ mode: "basic" })).toMatchObject({ method: "ciasa", joints: null, epsilon: 0.05 });
  expect(config({ mode: "localized" })).toMatchObject({ joints: [1, 2], epsilon: 0.05 });
  expect(config({ mode: "advanced" })).toMatchObject({ joints: [1, 2], epsilon: [0.01, 0.05, 0.25] });
});

test("a camera is passed on to the attacks that can be made for one", () => {
  expect(config({}).camera).toBeNull();
  const own = { camera: -20, spread: 5, views: 2 };
  expect(config(own).camera).toEqual({ angle: -20, spread: 5, views: 2 });
  expect(config({ ...own, mode: "one-step" }).camera).not.toBeNull();
  for (const method of ["noise", "rotation", "bone-length", "part-swap", "tasar", "basar"] as const)
    expect(config({ ...own, method }).camera, method).toBeNull();
  expect(attackConfig({ ...defaults(), ...own }, { ...layout, dims: 2 }, classes).camera).toBeNull();
});

test("a target is a class of this recogniser; CIASA needs one", () => {
  expect(config({ target: "class:squat" }).target).toEqual({ kind: "class", index: 1 });
  expect(config({ target: "untargeted" }).target).toEqual({ kind: "least-likely" });
  expect(() => config({ target: "class:fly" })).toThrow(/no class named "fly"/);
});

test("the optimiser's settings reach the engine; random starts need epsilon", () => {
  const search = {
    surface: false,
    schedule: "falling",
    starts: 3,
    discriminator: "paper",
    smoothness: "paper",
  } as const;
  const several = config({ ...search, iterations: 20 });
  expect(several.optimiser).toEqual(search);
  expect(mostSteps(several)).toBe(60);
  expect(config({ starts: 3, clipping: false }).optimiser.starts).toBe(1);
  expect(mostSteps(config({ starts: 3, iterations: 20, projection: "paper" }))).toBe(20);
  expect(mostSteps(config({ starts: 3, mode: "one-step", target: "untargeted" }))).toBe(1);
});

test("the margin loss is CIASA's choice", () => {
  expect(config({ prediction: "margin", kappa: 2 }).prediction).toEqual({ kind: "margin", kappa: 2 });
  expect(config({ prediction: "margin", method: "pgd" }).prediction).toEqual({ kind: "cross-entropy" });
});

test("a target that the network sees already is refused", () => {
  const state = { ...defaults(), target: "class:wave" };
  expect(targetObstacle(state, "wave")).toContain("already sees “wave”");
  expect(targetObstacle(state, "squat")).toBeNull();
  expect(targetObstacle(state, undefined)).toBeNull();
});

test("joints of other layouts are dropped; an empty region is an error", () => {
  const state = { ...defaults(), mode: "localized", region: "picked", joints: [17, 2, 0] } as const;
  expect(regionJoints({ ...state, joints: [...state.joints] }, layout)).toEqual([0, 2]);
  expect(() => config({ mode: "localized", region: "picked", joints: [] })).toThrow(/No joint is picked/);
});

test("a list of epsilons for another layout is ignored", () => {
  expect(jointEpsilons({ ...defaults(), epsilons: [1, 2] }, layout)).toEqual(layout.hierarchical);
  expect(jointEpsilons({ ...defaults(), epsilons: [1, 2, 3] }, layout)).toEqual([1, 2, 3]);
});

test("a running attack gets only the changed settings", () => {
  expect(configPatch(config({}), config({}))).toEqual({});
  expect(configPatch(config({}), config({ alpha: 0.5 }))).toEqual({ alpha: 0.5 });
});
