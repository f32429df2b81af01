// A live attack goes on where the one on the window before has ended.
import { expect, test } from "@playwright/test";
import type { Clip } from "../../web/src/base/clip.ts";
import { Live } from "../../web/src/camera/live.ts";
import { moved } from "../../web/src/camera/warm.ts";

const VALUES = 60;

/** A window of so many frames whose values are those of an endless motion from a frame on. */
function window(from: number, frames: number): Clip {
  const data = Float32Array.from(
    { length: frames * VALUES },
    (_, i) => from + Math.floor(i / VALUES) + (i % VALUES) / 100,
  );
  return {
    id: "",
    name: "",
    layout: "kinect-v1",
    fps: 30,
    label: null,
    frames,
    people: 1,
    data,
    origin: "file",
  };
}

/** The clip with frame t changed by t + 1 hundredths. */
const changed = (clip: Clip) =>
  clip.data.map((value, i) => value + Math.round(1 + Math.floor(i / VALUES)) / 100);

test("the change moves along with the window, and its last frame goes on", () => {
  const before = window(0, 6);
  const change = { clip: before, time: 10, perturbed: changed(before) };
  // Two frames later, and one frame longer: the changes of frames 2 to 5, then the last one's.
  const next = window(2, 7);
  const start = moved(next, 10 + 2 / 30, change);
  const by = [3, 4, 5, 6, 6, 6, 6];
  for (const [t, hundredths] of by.entries())
    for (const at of [0, 59]) {
      const i = t * VALUES + at;
      expect((start?.[i] ?? 0) - (next.data[i] ?? 0)).toBeCloseTo(hundredths / 100, 4);
    }
});

test("windows of other skeletons, or without a common instant, have no change to move", () => {
  const before = window(0, 6);
  const change = { clip: before, time: 10, perturbed: changed(before) };
  expect(moved({ ...window(0, 6), layout: "ntu" }, 10, change)).toBeNull();
  expect(moved(window(9, 6), 10.3, change)).toBeNull();
  expect(moved(window(0, 6), 9, change)).toBeNull();
});

test("each attack begins where the last one ended, until the question changes", async () => {
  const starts: (Float32Array | undefined)[] = [];
  const recognition = { probabilities: new Float32Array(), top: [] };
  const live = new Live({
    recognise: async () => recognition,
    attack: ({ clip, start }) => {
      starts.push(start);
      const end = { reason: "held" as const, report: null, data: changed(clip), recognition };
      return { done: Promise.resolve(end) } as never;
    },
  });
  const config = {} as never;
  await live.answer(window(0, 6), 0, config);
  await live.answer(window(3, 6), 0.1, config);
  live.restart();
  await live.answer(window(6, 6), 0.2, config);
  expect(starts.map((start) => start !== undefined)).toEqual([false, true, false]);
  expect((starts[1]?.[0] ?? 0) - 3).toBeCloseTo(0.04, 4);
});
