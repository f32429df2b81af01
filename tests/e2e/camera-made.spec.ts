// An attack that is made for a camera: its switch, its address, its command, and its run.
import { expect, type Page, test } from "@playwright/test";
import type { AttackConfig, StepReport } from "../../web/src/core/types.ts";
import { attack, cpu, errorsOf, open, picture, recognised, violations } from "./helpers.ts";

const made = (page: Page) => page.getByRole("switch", { name: "Made for a camera" });

/** The settings and the first report of the attack on the stage. */
const running = (page: Page) =>
  page.evaluate(() => {
    const { session } = document.querySelector("ciasa-playground") as unknown as {
      session: { attack: { config: AttackConfig; reports: StepReport[] } | null };
    };
    return { camera: session.attack?.config.camera, first: session.attack?.reports[0] };
  });

test("a switch makes the attack for a camera, and the run counts its views", async ({ page }) => {
  const errors = errorsOf(page);
  await open(page, `${cpu}&n=3&stop=iterations`);
  await recognised(page);
  await attack(page);
  const plain = await running(page);
  expect(plain.camera).toBeNull();
  await page.getByRole("button", { name: "Reset", exact: true }).click();

  await made(page).focus();
  await page.keyboard.press("Space");
  await expect.poll(() => page.url()).toContain("cam=30");
  const field = page.locator("ciasa-camera-field");
  // A value beyond its bounds is reset.
  await field.getByLabel("Angle °").fill("400");
  await field.getByLabel("Angle °").press("Enter");
  await expect(field.getByLabel("Angle °")).toHaveValue("30");
  await field.getByLabel("Angle °").fill("-20");
  await field.getByLabel("Angle °").press("Enter");
  await field.getByRole("spinbutton", { name: "Views" }).fill("2");
  await field.getByRole("spinbutton", { name: "Views" }).press("Enter");
  await expect.poll(() => page.url()).toMatch(/cam=-20.*views=2/);
  await attack(page);
  const { camera, first } = await running(page);
  expect(camera).toEqual({ angle: -20, spread: 15, views: 2 });
  // Both aim at the skeleton's least likely class; the views see another clip than the skeleton's.
  expect(first?.target).toBe(plain.first?.target);
  expect(first?.pOriginal).not.toBeCloseTo(plain.first?.pOriginal ?? 0, 4);
  expect(await violations(page)).toEqual([]);
  await field.scrollIntoViewIfNeeded();
  await picture(page, "camera-made");
  await page.emulateMedia({ colorScheme: "dark" });
  await picture(page, "camera-made-dark");
  await page.setViewportSize({ width: 390, height: 844 });
  await field.scrollIntoViewIfNeeded();
  await picture(page, "camera-made-phone");
  expect(errors).toEqual([]);
});

test("attacks and clips that no camera fits say so", async ({ page }) => {
  await open(page, `${cpu}&cam=30&by=noise`);
  await recognised(page);
  await expect(made(page)).toBeDisabled();
  await expect(made(page)).not.toBeChecked();
  await expect(page.locator("ciasa-camera-field")).toContainText("follow one network's gradient");
});
