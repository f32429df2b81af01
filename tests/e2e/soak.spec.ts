// The soak's short form: the page holds the same after a second round of everything as after the first.
import { expect, test } from "@playwright/test";
// @ts-expect-error The scripts have no types.
import { SoakPage } from "../../web/scripts/soak/page.mjs";
// @ts-expect-error The scripts have no types.
import { GROWTH, verdict } from "../../web/scripts/soak/verdict.mjs";
import { cpu } from "./helpers.ts";

/** Single measurements of a process that has ended workers differ by 5 %. The soak itself takes medians. */
const ENDED = 0.1;

test("steps, clips, networks and restarts leave nothing behind", async ({ baseURL, launchOptions }) => {
  test.skip(process.platform !== "linux", "threads are counted as Linux lists them");
  test.setTimeout(600_000);
  const { executablePath, args } = launchOptions;
  const soak = await SoakPage.open(executablePath, args, `${baseURL}/#${cpu}&mode=advanced`);
  try {
    // The second one is a stream of 2s-AGCN, whose graph depends on the clip.
    await soak.networks(2);
    for (const [part, count, most] of [
      ["steps", 5, GROWTH],
      ["clips", 4, GROWTH],
      ["networks", 4, ENDED],
      ["restarts", 2, ENDED],
    ] as const) {
      // Code is compiled and caches are filled in the first round.
      await soak[part](count);
      const before = await soak.held();
      await soak[part](count);
      const { fits, words } = verdict([before], [await soak.held()], most);
      console.log(`  ${count} ${part}: ${words}`);
      expect(before.workers).toBeGreaterThan(0);
      expect(fits, `${part}: ${words}`).toBe(true);
    }
    expect(soak.errors).toEqual([]);
  } finally {
    await soak.close();
  }
});

test("the soak notices what grows", () => {
  const held = { bytes: 1e8, wasm: 2e7, gpu: 0, buffers: 0, workers: 2, nodes: 5000 };
  expect(verdict([held], [held]).fits).toBe(true);
  for (const change of [
    { bytes: 1.03e8 },
    { wasm: 2.1e7 },
    { workers: 3 },
    { buffers: 1 },
    { gpu: 1e6 },
    { nodes: 5200 },
  ])
    expect(verdict([held], [{ ...held, ...change }]).fits, JSON.stringify(change)).toBe(false);
});
