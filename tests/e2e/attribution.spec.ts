// What each joint contributed to the attack: as numbers, on the figure, and on the timeline.
import { expect, type Page, test } from "@playwright/test";
import { heat, ofFrames, ofJoints } from "../../web/src/attack/attribution.ts";
import type { Clip } from "../../web/src/base/clip.ts";
import { attack, cpu, errorsOf, open, picture, recognised, violations } from "./helpers.ts";

const card = (page: Page) => page.locator("ciasa-attribution");

/** The contributions on the page, summed for each joint, and the change that they explain. */
const contributions = (page: Page) =>
  page.evaluate(() => {
    const { session } = document.querySelector("ciasa-playground") as unknown as {
      session: { attributed: { found: { values: Float32Array; change: number } } };
    };
    const { values, change } = session.attributed.found;
    const joints = new Array<number>(20).fill(0);
    for (const [i, value] of values.entries()) joints[i % 20] = (joints[i % 20] ?? 0) + value;
    const all = values.reduce((sum, value) => sum + Math.abs(value), 0);
    return { joints, change, all };
  });

for (const colorScheme of ["light", "dark"] as const) {
  test(`the joints of an attack have their contributions (${colorScheme})`, async ({ page }) => {
    const errors = errorsOf(page);
    await page.emulateMedia({ colorScheme });
    await open(
      page,
      `${cpu}&clip=synthetic-wave-1&stop=iterations&n=3&eps=0.07&mode=localized&region=arms&f=20`,
    );
    await recognised(page);
    await page.getByLabel("Attribution").check();
    await expect(card(page)).toContainText("Run an attack to see them.");
    await attack(page);
    await expect(card(page)).toContainText(/All joints together: \d/);
    const { joints, change, all } = await contributions(page);
    expect(change).toBeGreaterThan(0);
    expect(Math.abs(joints.reduce((sum, one) => sum + one, 0) - change)).toBeLessThan(0.1 * all);
    // Only the arms could move.
    expect(joints.flatMap((value, joint) => (value === 0 ? [] : [joint]))).toEqual([
      4, 5, 6, 7, 8, 9, 10, 11,
    ]);
    await expect(card(page).locator("li").first()).toContainText(/(left|right) (shoulder|elbow|wrist|hand)/);
    const canvas = page.locator("ciasa-stage canvas");
    const warm = await canvas.screenshot();
    expect(await violations(page)).toEqual([]);
    await picture(page, `attribution-${colorScheme}`);
    await page.getByLabel("Attribution").uncheck();
    await expect(card(page)).toBeHidden();
    await expect(async () => expect((await canvas.screenshot()).equals(warm)).toBe(false)).toPass();
    expect(errors).toEqual([]);
  });
}

test("contributions are summed by joint and by frame, and drawn from 0 to 1", () => {
  const clip = { frames: 3, people: 1 } as Clip;
  const found = { values: Float32Array.from([1, -2, 3, 0, -1, 4]), change: 5 };
  expect(ofJoints(found, clip)).toEqual([3, 2]);
  expect([...ofFrames(found, clip)]).toEqual([-1, 3, 3]);
  const drawn = heat(found, clip);
  expect(Math.max(...drawn)).toBe(1);
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
  expect([...heat({ values: new Float32Array(6), change: 0 }, clip)]).toEqual([0, 0, 0, 0, 0, 0]);
});
