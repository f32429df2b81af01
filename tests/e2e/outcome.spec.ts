// What an attack returns, how far its result can be trusted, and the search for the smallest epsilon.
import { expect, type Page, test } from "@playwright/test";
import { FLAGS } from "../../web/src/generated/constants.ts";
import type { Playground } from "../../web/src/playground/playground.ts";
import { after, attack, before, cpu, errorsOf, open, picture, recognised, violations } from "./helpers.ts";

/** A method that needs few steps, towards any other class. */
const quick = `${cpu}&by=pgd&target=untargeted&eps=0.05&stop=iterations`;

const sized = async (page: Page, name: string) => {
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await picture(page, `${name}-${width}-${colorScheme}`);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1440, height: 900 });
};

test("the end of an attack says which iterate is returned, and the stage shows that one", async ({
  page,
}) => {
  const errors = errorsOf(page);
  await open(page, `${cpu}&n=3&starts=2&alpha=0.5&stop=iterations`);
  await recognised(page);
  expect(await attack(page)).toContain("Step 6 of 6");
  const line = page.locator("ciasa-outcome p");
  await expect(line).toContainText(/^Returned: the best of 6 steps, /);
  const { flags, returned, shown } = await page.evaluate(() => {
    const { session } = document.querySelector("ciasa-playground") as unknown as { session: Playground };
    const outcome = session.attack?.last?.outcome;
    const clean = session.clip?.data ?? new Float32Array();
    const moved = [...(session.perturbed ?? [])].map((value, at) => Math.abs(value - (clean[at] ?? 0)));
    const shown = { predicted: session.attack?.after?.[0]?.index, linf: Math.max(...moved) };
    return { flags: outcome?.flags ?? [], returned: outcome?.best, shown };
  });
  // A step of half a metre cannot be a good one.
  expect(flags.length).toBeGreaterThan(0);
  expect(shown.predicted).toBe(returned?.predicted);
  expect(shown.linf).toBeCloseTo(returned?.figures.linf ?? -1, 5);
  const care = page.locator("ciasa-outcome summary");
  await expect(care).toContainText("Read with care");
  await care.focus();
  await page.keyboard.press("Enter");
  for (const flag of flags) await expect(page.getByText(FLAGS[flag])).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await sized(page, "outcome");
  expect(errors).toEqual([]);
});

test("the smallest epsilon is found, shown and used", async ({ page }) => {
  const errors = errorsOf(page);
  await open(page, `${quick}&n=5`);
  const clean = await recognised(page);
  await page.getByRole("button", { name: "Smallest epsilon" }).click();
  await expect(page.locator("ciasa-smallest")).toContainText(/Trying [\d.]+ m: \d+ of 5 steps/);
  await expect(page.locator("ciasa-smallest .result")).toHaveText(
    /^[\d.]+ m \([\d.]+ % of the height\) is enough\.$/,
  );
  const marks = page.locator("ciasa-smallest svg g");
  expect(await marks.count()).toBeGreaterThan(1);
  expect(await before(page)).toBe(clean);
  expect(await after(page)).not.toBe(clean);
  expect(await violations(page)).toEqual([]);
  await sized(page, "smallest");
  const found = (await page.locator("ciasa-smallest .result").textContent())?.split(" ")[0];
  await page.getByRole("button", { name: "Use it" }).click();
  await expect(page.getByRole("spinbutton", { name: "Epsilon", exact: true })).toHaveValue(found ?? "");
  await expect(page).toHaveURL(new RegExp(`eps=${found}`));
  await page.getByRole("button", { name: "Reset", exact: true }).click();
  await expect(page.locator("ciasa-smallest .result")).toHaveCount(0);
  await expect(page.locator("ciasa-verdict .after")).toContainText("not attacked yet");
  expect(errors).toEqual([]);
});

test("a search can be cancelled, and an attack follows", async ({ page }) => {
  await open(page, `${cpu}&by=pgd&target=untargeted&stop=iterations&n=2000&eps=0.00001`);
  await recognised(page);
  await page.getByRole("button", { name: "Smallest epsilon" }).click();
  await expect(page.locator("ciasa-smallest")).toContainText(/Trying 0.00001 m: [1-9]\d* of 2000 steps/);
  await expect(page.getByRole("button", { name: "Run attack" })).toBeDisabled();
  await page.getByRole("button", { name: "Cancel the search" }).click();
  await expect(page.locator("ciasa-smallest .result")).toContainText("Cancelled.");
  await page.getByRole("button", { name: "Step", exact: true }).click();
  await expect(page.locator("ciasa-run-bar p")).toHaveText(/^Step \d of 2000, paused/);
});

test("what has no effect is off, with the reason", async ({ page }) => {
  await open(page, `${cpu}&proj=paper&starts=3`);
  const clean = await recognised(page);
  const search = page.getByRole("button", { name: "Smallest epsilon" });
  await expect(search).toBeDisabled();
  await expect(page.locator("ciasa-smallest")).toContainText("Choose the exact projection");
  await page.getByText("Optimiser and stop rule").click();
  await expect(page.getByRole("switch", { name: /Follow the bone lengths/ })).toBeDisabled();
  await expect(page.getByRole("spinbutton", { name: /Starts/ })).toBeDisabled();
  await page.getByRole("combobox", { name: /^Projection/ }).selectOption("exact");
  await expect(page.getByRole("spinbutton", { name: /Starts/ })).toHaveValue("3");
  await expect(search).toBeEnabled();
  await picture(page, "optimiser");
  await page.evaluate((target) => {
    const { session } = document.querySelector("ciasa-playground") as unknown as { session: Playground };
    session.settings.set({ target });
  }, `class:${clean}`);
  await expect(page.getByRole("button", { name: "Run attack" })).toBeDisabled();
  await expect(page.locator("ciasa-run-bar")).toContainText(`already sees “${clean}”`);
});
