import { expect, type Page, test } from "@playwright/test";
import { attack, cpu, open, painted, recognised } from "./helpers.ts";

/** Destroys the GPU device in the worker, as a driver that crashes does. */
const loseDevice = (page: Page) =>
  page.evaluate(() => {
    const element = document.querySelector("ciasa-playground") as unknown as {
      session: { engine: { loseDevice(): Promise<boolean> } };
    };
    return element.session.engine.loseDevice();
  });

test("the engine is named, with the reason for it", async ({ page }) => {
  await open(page);
  await recognised(page);
  const badge = page.locator("ciasa-engine-badge");
  await expect(badge.locator("summary")).toContainText(/CPU|GPU/);
  await badge.locator("summary").click();
  await expect(badge.locator(".panel .hint").first()).not.toBeEmpty();
});

test("a GPU that is lost in the middle of an attack is told, and the CPU goes on", async ({ page }) => {
  test.setTimeout(600_000);
  // A GPU that is emulated in software computes for minutes on 64 frames; eight are enough to lose it on.
  await page.route("**/models/manifest.json", async (route) => {
    const manifest = await (await route.fetch()).json();
    for (const model of manifest.models) model.frames = 8;
    await route.fulfill({ json: manifest });
  });
  await open(page, "engine=webgpu&stop=iterations&n=500&gan=0");
  const run = page.getByRole("button", { name: "Run attack" });
  await expect(run).toBeEnabled({ timeout: 500_000 });
  await expect(page.locator("ciasa-engine-badge summary")).toContainText("GPU");
  await run.click();
  await expect(page.locator("ciasa-run-bar p")).toHaveText(/^Step [1-9]/, { timeout: 300_000 });
  expect(await loseDevice(page)).toBe(true);
  const notice = page.locator("ciasa-notice");
  await expect(notice).toContainText("Kept");
  // The last perturbed clip is still there.
  await expect(page.locator("ciasa-verdict .after .label")).toContainText("%");
  await notice.getByRole("button", { name: "Go on with the CPU" }).click();
  await expect(page.locator("ciasa-engine-badge summary")).toContainText("CPU");
  await expect(page.getByRole("button", { name: "Run again" })).toBeEnabled();
  expect(new URL(page.url()).hash).toContain("engine=cpu");
  await page.getByRole("button", { name: "Run again" }).click();
  await expect(page.locator("ciasa-run-bar p")).toHaveText(/^Step [1-9]/);
});

test("changing the device starts the engine again with the same recogniser", async ({ page }) => {
  await open(page, `${cpu}&stop=iterations&n=1`);
  const clean = await recognised(page);
  await page.locator("ciasa-engine-badge summary").click();
  await page.getByRole("radio", { name: /Automatic/ }).check();
  await expect(page.locator("ciasa-run-bar p")).toHaveText("Ready.");
  expect(await recognised(page)).toBe(clean);
  await attack(page);
});

test("a model that does not arrive is told and can be asked for again", async ({ page }) => {
  let blocked = true;
  await page.route(/models\/.*\.safetensors$/, (route) => (blocked ? route.abort() : route.continue()));
  await open(page, cpu);
  await painted(page);
  const notice = page.locator("ciasa-notice");
  await expect(notice).toContainText("The recogniser did not answer.");
  blocked = false;
  await notice.getByRole("button", { name: "Try again" }).click();
  await recognised(page);
});
