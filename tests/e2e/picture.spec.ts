import { expect, test } from "@playwright/test";
import { errorsOf, open, painted, picture, recognised } from "./helpers.ts";

test("a clip plays before the engine is downloaded", async ({ page }) => {
  const errors = errorsOf(page);
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  // The engine's module arrives when this test releases it.
  await page.route(/engine_bg.*\.wasm$/, async (route) => {
    await held;
    await route.continue();
  });
  await open(page, "engine=cpu");
  await painted(page);
  await expect(page.locator("ciasa-engine-badge")).toContainText(/Loading engine|Engine is starting/);
  const canvas = page.locator("ciasa-stage canvas");
  const first = await canvas.screenshot();
  await expect(async () => expect((await canvas.screenshot()).equals(first)).toBe(false)).toPass();
  await picture(page, "first-picture");
  release();
  await recognised(page);
  expect(errors).toEqual([]);
});

test("the download of the engine can be cancelled and restarted", async ({ page }) => {
  await page.route(/engine_bg.*\.wasm$/, () => {});
  await open(page, "engine=cpu");
  await painted(page);
  await page.locator("ciasa-engine-badge").getByRole("button", { name: "Cancel" }).click();
  await expect(page.locator("ciasa-verdict")).toContainText("engine not loaded");
  await page.unroute(/engine_bg.*\.wasm$/);
  await page.getByRole("button", { name: "Load the engine" }).click();
  await recognised(page);
});

test("a visitor who prefers reduced motion gets a still clip", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page, "engine=cpu");
  await painted(page);
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect(page.getByRole("button", { name: "Pause", exact: true })).toBeVisible();
});

test("search finds clips, and says so if there are none", async ({ page }) => {
  await open(page, "engine=cpu");
  await painted(page);
  const clips = page.locator("ciasa-gallery li");
  const all = await clips.count();
  await page.getByLabel("Search clips").fill("wave");
  await expect(clips).not.toHaveCount(all);
  await expect(clips.first()).toContainText(/wave/i);
  await page.getByLabel("Search clips").fill("no such thing");
  await expect(page.locator("ciasa-gallery")).toContainText("No clip matches");
});
