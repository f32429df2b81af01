import { expect, test } from "@playwright/test";
import { cpu, open, painted, picture, recognised, smallTargets, tabTo, violations } from "./helpers.ts";

for (const colorScheme of ["light", "dark"] as const) {
  test(`no rule of WCAG AA is broken (${colorScheme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await open(page, `${cpu}&mode=advanced`);
    await recognised(page);
    for (const name of ["Optimiser and stop rule", "Joints by name"]) await page.getByText(name).click();
    expect(await violations(page)).toEqual([]);
    await picture(page, `page-${colorScheme}`);
  });
}

test("from clip to result by keyboard alone", async ({ page }) => {
  await open(page, `${cpu}&stop=iterations&n=2`);
  await recognised(page);
  await tabTo(page, /^Search clips$/);
  await page.keyboard.type("squat");
  await tabTo(page, /^squat/i);
  await page.keyboard.press("Enter");
  await expect(page.locator("ciasa-gallery button[aria-pressed=true]")).toContainText(/squat/i);
  await recognised(page);
  await tabTo(page, /^3-D view/);
  const canvas = page.locator("ciasa-stage canvas");
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
  const still = await canvas.screenshot();
  await page.keyboard.press("ArrowLeft");
  await expect(async () => expect((await canvas.screenshot()).equals(still)).toBe(false)).toPass();
  await tabTo(page, /^Frame$/);
  await page.keyboard.press("End");
  await expect(page.locator("ciasa-scrubber output")).toHaveText(/ (\d+)\/\1$/);
  await tabTo(page, /Run attack/);
  await page.keyboard.press("Enter");
  await expect(page.locator("ciasa-run-bar p")).toHaveText(/all steps taken/);
});

test("usable on a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, `${cpu}&stop=iterations&n=2&mode=localized`);
  await painted(page);
  await recognised(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBe(390);
  expect(await smallTargets(page)).toEqual([]);
  await page.getByRole("button", { name: "Run attack" }).click();
  await expect(page.locator("ciasa-run-bar p")).toHaveText(/all steps taken/);
  await picture(page, "phone");
});

test("a hint is not drawn as an error", async ({ page }) => {
  await open(page, cpu);
  await recognised(page);
  const edge = () =>
    page.locator("ciasa-notice .bar").evaluate((bar) => getComputedStyle(bar).borderLeftColor);
  const show = (call: "inform" | "report") =>
    page.evaluate((name) => {
      const element = document.querySelector("ciasa-playground") as HTMLElement & {
        session: Record<"inform" | "report", (title: string, detail: unknown, actions: unknown[]) => void>;
      };
      element.session[name](
        "The file is written.",
        name === "inform" ? "A remark." : new Error("A cause."),
        [],
      );
    }, call);
  await show("report");
  await expect(page.locator("ciasa-notice")).toContainText("A cause.");
  const bad = await edge();
  await show("inform");
  await expect(page.locator("ciasa-notice")).toContainText("A remark.");
  expect(await edge()).not.toBe(bad);
  expect(await violations(page)).toEqual([]);
});
