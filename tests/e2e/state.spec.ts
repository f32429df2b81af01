import { expect, test } from "@playwright/test";
import { decode, defaults, encode, type State, table } from "../../web/src/settings/table.ts";

const other: State = {
  clip: "utd-wave-1",
  model: "utd-mhad-st-gcn",
  engine: "cpu",
  mode: "advanced",
  method: "mi-fgsm",
  target: "class:jog in place",
  region: "picked",
  joints: [4, 5, 11],
  epsilon: 0.035,
  epsilons: [0.01, 0.25],
  alpha: 0.02,
  lambda: 0,
  queries: 300,
  tau: 0.25,
  draws: 5,
  noise: 1.5,
  motion: 0.5,
  iterations: 7,
  clipping: false,
  realign: false,
  projection: "paper",
  surface: false,
  schedule: "falling",
  starts: 4,
  discriminator: "paper",
  smoothness: "paper",
  prediction: "margin",
  kappa: 1.5,
  camera: -45,
  spread: 7.5,
  views: 2,
  smooth: false,
  plausible: false,
  stop: "iterations",
  confidence: 0.75,
  hold: 2,
  seed: 4294967295,
  lab: true,
  sweep: "ablation",
  view: "film",
  magnify: 8,
  trails: true,
  attribution: true,
  speed: 0.25,
};

test("the defaults give an empty address", () => {
  expect(encode(defaults())).toBe("");
  expect(decode("")).toEqual(defaults());
});

test("every setting survives a round trip through the address", () => {
  for (const [name, value] of Object.entries(other)) {
    expect(value, name).not.toEqual(defaults()[name as keyof State]);
  }
  expect(decode(encode(other))).toEqual(other);
});

test("no two settings share a key", () => {
  const keys = Object.values(table).map((row) => row.key);
  expect(new Set(keys).size).toBe(keys.length);
});

test("unknown keys and invalid values are ignored", () => {
  const hostile =
    "eps=NaN&n=-3&alpha=1e999&mode=rm&joints=1,x&seed=0.5&__proto__=1&c=maybe&lambda=&target=%00%ff";
  expect(decode(hostile)).toEqual({ ...defaults(), target: decode(hostile).target });
  expect(decode("n=5&nonsense=1").iterations).toBe(5);
});
