// What the page computes by calling Rust. Needs no browser.
import "./core.ts";
import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { medianInWords } from "../../web/pkg/viewer/viewer.js";
import type { Entry } from "../../web/src/clips/gallery.ts";
import { attackDefaults, constraintsInWords, stopInWords } from "../../web/src/core/attack-config.ts";
import { displacement } from "../../web/src/core/displacement.ts";
import { applyPeer, peerName, peerOf, peers } from "../../web/src/core/peers.ts";
import { stepCsv } from "../../web/src/core/step-csv.ts";
import type { Manifest } from "../../web/src/core/types.ts";
import { STEP_COLUMNS } from "../../web/src/generated/constants.ts";
import { chosenClips } from "../../web/src/lab/plan.ts";
import { labDefaults } from "../../web/src/lab/settings.ts";
import { reports } from "./lab-made.ts";

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("a seed draws the clips in the Lab that it draws in `ciasa eval`", () => {
  // tests/native/draw.rs holds `ciasa eval` to the same file.
  const draws = JSON.parse(file("tests/fixtures/draws.json")) as Record<string, string[]>;
  const entries = JSON.parse(file("web/public/clips/index.json")) as Entry[];
  const [model] = (JSON.parse(file("models/manifest.json")) as Manifest).models;
  expect(Object.keys(draws).length).toBeGreaterThan(2);
  for (const [seed, files] of Object.entries(draws)) {
    const clips = model ? chosenClips({ ...labDefaults(), seed: Number(seed) }, entries, model) : [];
    expect(clips.map((clip) => clip.file).sort()).toEqual(files);
  }
});

test("a median is written with its interval, as in the tables of `ciasa eval`", () => {
  const words = (...values: number[]) => medianInWords(Float64Array.from(values), 1);
  expect(words()).toBe("-");
  expect(words(3, 1, 2)).toBe("2.0");
  expect(words(6, 5, 4, 3, 2, 1)).toBe("3.0 [1.0, 6.0]");
});

test("displacement is the mean distance of a frame's seen joints, without people who are not there", () => {
  const person = 20 * 3;
  const data = new Float32Array(2 * 2 * person).fill(1);
  // The second person is in no frame.
  for (const t of [0, 1]) data.fill(0, (t * 2 + 1) * person, (t * 2 + 2) * person);
  const clip = {
    id: "",
    name: "",
    label: null,
    layout: "kinect-v1",
    fps: 30,
    frames: 2,
    people: 2,
    data,
  } as const;
  const moved = data.slice();
  moved[2 * person] = 1 + 3;
  moved[2 * person + 1] = 1 + 4;
  expect([...displacement({ ...clip, origin: "file" }, moved)]).toEqual([0, Math.fround(5 / 20)]);
  expect(() => displacement({ ...clip, origin: "file" }, moved.subarray(1))).toThrow(
    /perturbed: has 239 values/,
  );
});

test("displacement leaves out joints that were not seen", () => {
  // x, y, confidence of 18 joints; the last one was not seen.
  const data = Float32Array.from({ length: 18 * 3 }, (_, i) => (i < 17 * 3 ? 0.5 : 0));
  const moved = data.slice();
  moved[0] = 0.5 + 0.25;
  moved[17 * 3] = 0.9;
  const clip = {
    id: "",
    name: "",
    label: null,
    layout: "openpose-18",
    fps: 30,
    frames: 1,
    people: 1,
    data,
  } as const;
  expect([...displacement({ ...clip, origin: "file" }, moved)]).toEqual([Math.fround(0.25 / 17)]);
});

test("steps are written as the command line writes them", () => {
  const [head, ...rows] = stepCsv(reports([false, true]), ["wave", 'say "hi", wave'])
    .trimEnd()
    .split("\n");
  expect(head).toBe(STEP_COLUMNS.join(","));
  expect(rows).toEqual([
    "1,0,0,0,0,0,0,wave,0.8,,0.5,0.25,0.5,0,0.0004,,0,0,1,",
    '2,0,0,0,0,0,0,"say ""hi"", wave",0.2,,0.5,0.25,0.5,0,0.0004,,0,0,1,',
  ]);
});

test("settings that cross keep their decimal digits", () => {
  const config = { ...attackDefaults(), epsilon: 0.05, seed: 4294967295 };
  expect(config).toMatchObject({
    method: "ciasa",
    alpha: 0.01,
    lambda: 10,
    prediction: { kind: "cross-entropy" },
  });
  expect(applyPeer("ciasa", config)).toEqual(config);
  expect(applyPeer("pgd", { ...config, epsilon: [0.1, 0.05] }).epsilon).toEqual([0.1, 0.05]);
  expect(() => applyPeer("ciasa", { ...config, alpha: "x" as unknown as number })).toThrow(/settings/);
});

test("every attack is read back from its settings and has a name", () => {
  for (const { id, name } of peers) {
    expect(peerOf(applyPeer(id, attackDefaults()))).toBe(id);
    expect(peerName(id)).toBe(name);
  }
  expect(constraintsInWords(applyPeer("smart", attackDefaults()))).toBe("exact+perceptual");
  const stop = { kind: "confidence", confidence: 0.7, hold: 5 } as const;
  expect(stopInWords({ ...attackDefaults(), stop })).toBe("held 5 at 0.7");
  expect(stopInWords(attackDefaults())).toBe("none");
});
