// The soak's short form: the page holds the same after a second round of everything as after the first.
import { expect, test } from "@playwright/test";
// @ts-expect-error The scripts have no types.
import { SoakPage } from "../../web/scripts/soak/page.mjs";
// @ts-expect-error The scripts have no types.
import { verdict } from "../../web/scripts/soak/verdict.mjs";
import { cpu } from "./helpers.ts";

/** What a round may leave, of what the page holds: single measurements differ by 5 %. The soak itself takes medians. */
const ROUND = 0.1;

test("steps, clips, networks and restarts leave nothing behind", async ({ baseURL, launchOptions }) => {
  test.skip(process.platform !== "linux", "threads are counted as Linux lists them");
  // Three rounds of everything that takes time.
  test.setTimeout(600_000);
  const { executablePath, args } = launchOptions;
  const soak = await SoakPage.open(executablePath, args, `${baseURL}/#${cpu}&mode=advanced`);
  try {
    const round = async () => {
      await soak.steps(5);
      await soak.clips(3);
      await soak.networks(4);
      await soak.restarts(2);
      return soak.held();
    };
    // Code is compiled and caches are filled in the first one.
    await round();
    const before = await round();
    // What is left behind is there in both of the next ones.
    const [after] = [await round(), await round()].sort((a, b) => a.bytes - b.bytes);
    expect(before.workers).toBeGreaterThan(0);
    const { fits, words } = verdict([before], [after], ROUND);
    console.log(`  ${words}`);
    expect(fits, words).toBe(true);
    expect(soak.errors).toEqual([]);
  } finally {
    await soak.close();
  }
});

test("the soak notices what grows", () => {
  const held = { bytes: 1e8, wasm: 2e7, gpu: 0, buffers: 0, workers: 2 };
  expect(verdict([held], [held]).fits).toBe(true);
  for (const change of [{ bytes: 1.03e8 }, { wasm: 2.1e7 }, { workers: 3 }, { buffers: 1 }, { gpu: 1e6 }])
    expect(verdict([held], [{ ...held, ...change }]).fits, JSON.stringify(change)).toBe(false);
});
