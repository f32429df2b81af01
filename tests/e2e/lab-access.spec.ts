// The Lab by keyboard, for assistive technology, and on a phone.
import { expect, test } from "@playwright/test";
import { cpu, open, painted, recognised, smallTargets, tabTo, violations } from "./helpers.ts";
import { epsilons, go, lab, openLab, state } from "./lab-page.ts";

test("a sweep by keyboard alone", async ({ page }) => {
  await open(page, cpu);
  await recognised(page);
  // Backwards, as the Lab is near the page's end.
  await tabTo(page, /^Open the Lab$/, "Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(go(page)).toBeEnabled();
  await tabTo(page, /^(|on)$/);
  await page.keyboard.press("ArrowRight");
  await expect(lab(page).getByRole("radio", { name: "Basic" })).toBeChecked();
  await page.keyboard.press("ArrowLeft");
  await tabTo(page, /^None$/);
  await page.keyboard.press("Enter");
  await tabTo(page, /^Wave 1$/);
  await page.keyboard.press("Space");
  await tabTo(page, /^Run sweep$/);
  await page.keyboard.press("Enter");
  await expect(state(page)).toHaveText("6 of 6 rows: complete.");
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`no rule of WCAG AA is broken in the Lab (${colorScheme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await openLab(page, ["Wave 1"]);
    expect(await violations(page)).toEqual([]);
    await epsilons(page, "0.01, 0.05");
    await go(page).click();
    await expect(state(page)).toHaveText("2 of 2 rows: complete.");
    await lab(page).getByText("Every clip").click();
    expect(await violations(page)).toEqual([]);
    await lab(page).screenshot({ path: `test-results/lab-${colorScheme}.png` });
  });
}

test("the Lab on a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openLab(page, ["Wave 1"]);
  await painted(page);
  await epsilons(page, "0.01, 0.05");
  await go(page).click();
  await expect(state(page)).toHaveText("2 of 2 rows: complete.");
  await lab(page).getByText("Every clip").click();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  expect(await smallTargets(page)).toEqual([]);
  await lab(page).screenshot({ path: "test-results/lab-phone.png" });
});
