// Two results of one clip side by side: under one slider and one camera, with their figures.
import { expect, type Locator, type Page, test } from "@playwright/test";
import {
  attack,
  cpu,
  errorsOf,
  open,
  picture,
  recognised,
  smallTargets,
  tabTo,
  violations,
} from "./helpers.ts";

const settings = `${cpu}&clip=synthetic-wave-1&stop=iterations&n=2&eps=0.07&seed=3&f=20`;
const table = (page: Page) => page.locator("ciasa-comparison table");
const kept = (page: Page) => page.locator("ciasa-kept-view canvas");
const current = (page: Page) => page.locator("ciasa-stage canvas.painted");

/** The cells of the table's row. */
const row = (page: Page, name: string) =>
  table(page)
    .getByRole("row", { name: new RegExp(`^${name} `) })
    .getByRole("cell")
    .allTextContents();

const differ = (canvas: Locator, before: Buffer) =>
  expect(async () => expect((await canvas.screenshot()).equals(before)).toBe(false)).toPass();

test("two attacks are compared by keyboard, under one slider and one camera", async ({ page }) => {
  const errors = errorsOf(page);
  await open(page, settings);
  await recognised(page);
  await expect(page.getByRole("button", { name: "Keep for comparison" })).toBeHidden();
  await attack(page);
  await tabTo(page, /^Keep for comparison$/);
  await page.keyboard.press("Enter");
  await expect(kept(page)).toBeVisible();
  await expect(page.locator("ciasa-stage .who").first()).toContainText(/^Kept .+ %$/);

  await page.getByLabel("Method").selectOption("pgd");
  await attack(page);
  expect(await row(page, "Attack")).toEqual(["CIASA", "PGD"]);
  expect(await row(page, "Epsilon")).toEqual(["7 cm", "7 cm"]);
  const [first, second] = await row(page, "Mean displacement");
  expect(first).toMatch(/^[\d.]+ cm$/);
  expect(second).not.toBe(first);

  // A gesture on one turns both, and so does a new frame.
  for (const act of [
    async () => {
      await kept(page).focus();
      await page.keyboard.press("ArrowLeft");
    },
    async () => {
      await current(page).focus();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("+");
    },
    () => page.keyboard.press("."),
  ]) {
    const [one, other] = [await kept(page).screenshot(), await current(page).screenshot()];
    await act();
    await differ(kept(page), one);
    await differ(current(page), other);
  }
  await page.getByRole("button", { name: "Stop comparing" }).click();
  await expect(kept(page)).toBeHidden();
  await expect(table(page)).toBeHidden();
  await expect(current(page)).toBeVisible();
  expect(errors).toEqual([]);
});

for (const { name, width, colorScheme } of [
  { name: "light", width: 1440, colorScheme: "light" },
  { name: "dark", width: 1440, colorScheme: "dark" },
  { name: "phone", width: 390, colorScheme: "light" },
] as const) {
  test(`a kept result stays for the next network, and goes with the clip (${name})`, async ({ page }) => {
    await page.setViewportSize({ width, height: 860 });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await open(page, settings);
    await recognised(page);
    await attack(page);
    await page.getByRole("button", { name: "Keep for comparison" }).click();
    const networks = page.getByLabel("Network", { exact: true });
    await networks.selectOption({ index: 1 });
    await expect(page.locator("ciasa-stage .who").nth(1)).toContainText("not attacked yet");
    await recognised(page);
    await attack(page);
    const [before, now] = await row(page, "Network");
    expect(before).not.toBe(now);
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    if (width < 400) expect(await smallTargets(page)).toEqual([]);
    await picture(page, `comparison-${name}`);
    await table(page).scrollIntoViewIfNeeded();
    await picture(page, `comparison-table-${name}`);
    await page.evaluate(() => {
      const { session } = document.querySelector("ciasa-playground") as unknown as {
        session: { settings: { set(patch: object): void } };
      };
      session.settings.set({ clip: "synthetic-clap-1" });
    });
    await expect(kept(page)).toBeHidden();
    await expect(table(page)).toBeHidden();
  });
}
