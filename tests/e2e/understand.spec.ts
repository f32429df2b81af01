// What explains an attack: the tour, formula cards, the paper's scenes, and the marks on the scrubber.
import { expect, type Page, test } from "@playwright/test";
import { scenes } from "../../web/src/attack/scenes.ts";
import { read } from "../../web/src/settings/table.ts";
import { peaks } from "../../web/src/ui/peaks.ts";
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

const status = (page: Page) => page.locator("ciasa-run-bar p");
const dialog = (page: Page) => page.locator("ciasa-tour dialog");

test("the tour goes through five steps on a live attack by keyboard, and is remembered", async ({ page }) => {
  const errors = errorsOf(page);
  await open(page, `${cpu}&stop=iterations&n=400`);
  await tabTo(page, /^Take the tour$/);
  await page.keyboard.press("Enter");
  const titles: string[] = [];
  for (const step of [1, 2, 3, 4, 5]) {
    await expect(dialog(page)).toContainText(`${step} of 5`);
    titles.push((await dialog(page).locator("h2").textContent()) ?? "");
    if (step === 3) {
      await expect(status(page)).toHaveText(/^Step [1-9]/);
      await expect(dialog(page)).toContainText(/Step \d+: the (target|original) “.+” is at\s+\d+ %/);
    }
    if (step === 4) await expect(page.getByLabel("Magnify difference")).toHaveValue("5");
    await picture(page, `tour-${step}`);
    expect(await violations(page)).toEqual([]);
    if (step < 5) {
      await tabTo(page, /^Next$/);
      await page.keyboard.press("Enter");
    }
  }
  expect(new Set(titles).size).toBe(5);
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toHaveCount(0);
  await expect(page.getByLabel("Magnify difference")).toHaveValue("1");
  await expect(page.getByRole("button", { name: "Tour", exact: true })).toBeFocused();
  await page.reload();
  await expect(page.getByRole("button", { name: "Tour", exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Take the tour" })).toHaveCount(0);
  expect(errors).toEqual([]);
});

test("the tour can be refused, and fits a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, cpu);
  await page.getByRole("button", { name: "Take the tour" }).click();
  await expect(dialog(page)).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  expect(await smallTargets(page)).toEqual([]);
  await picture(page, "tour-390");
  await dialog(page).getByRole("button", { name: "Skip" }).click();
  await page.reload();
  await expect(page.getByRole("button", { name: "Tour", exact: true })).toBeVisible();
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await page.getByRole("button", { name: "No tour" }).click();
  await expect(page.getByRole("button", { name: "Take the tour" })).toHaveCount(0);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`each constraint has its formula with its value after each step (${colorScheme})`, async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme });
    await open(page, `${cpu}&stop=iterations&n=2&lambda=0.5`);
    await recognised(page);
    const cards = page.locator("ciasa-formula");
    await expect(cards).toHaveCount(4);
    for (const name of ["Clip to epsilon", "Keep bone lengths", "Smooth in time", "Plausible poses"]) {
      const card = page.locator(`ciasa-formula[name="${name}"]`);
      await card.locator("summary").click();
      // Drawn by the browser as mathematics: an element of HTML would have no such box.
      const math = card.locator("math msub, math msubsup").first();
      expect(await math.evaluate((node) => node.namespaceURI)).toBe("http://www.w3.org/1998/Math/MathML");
      await expect(card).toContainText("Its value appears here while an attack runs.");
    }
    await attack(page);
    const { smooth, bones } = await page.evaluate(() => {
      const { session } = document.querySelector("ciasa-playground") as unknown as {
        session: { attack: { last: { losses: { smooth: number }; figures: { boneDeviation: number } } } };
      };
      return {
        smooth: session.attack.last.losses.smooth,
        bones: session.attack.last.figures.boneDeviation,
      };
    });
    const shown = await page.locator('ciasa-formula[constraint="smooth"] .now').textContent();
    const [, value, weighed] = /L = (\S+), with λ = 0.5: (\S+)/.exec(shown ?? "") ?? [];
    expect(Number(value)).toBeCloseTo(smooth, 2);
    expect(Number(weighed) / Number(value)).toBeCloseTo(0.5, 1);
    expect(bones).toBeLessThan(1e-3);
    await expect(page.locator('ciasa-formula[constraint="realign"] .now')).toContainText(
      /Step \d: largest change/,
    );
    expect(await violations(page)).toEqual([]);
    await page.locator('ciasa-formula[constraint="smooth"]').scrollIntoViewIfNeeded();
    await picture(page, `formula-${colorScheme}`);
  });
}

test("every scene is made of valid settings", () => {
  for (const { name, settings } of scenes)
    expect({ name, repairs: read(settings).repairs }).toEqual({ name, repairs: [] });
  expect(new Set(scenes.map(({ settings }) => settings)).size).toBe(scenes.length);
});

test("a click on a scene shows the paper's figure and runs its attack", async ({ page }) => {
  await open(page, `${cpu}&clip=synthetic-squat-1&mode=localized`);
  await recognised(page);
  await page.getByRole("button", { name: "3a One step" }).click();
  await expect(status(page)).toHaveText(/^Step 1 of 1: /);
  await expect(page.getByLabel("Film strip")).toBeChecked();
  await expect(page.locator("ciasa-gallery button[aria-pressed=true]")).toContainText("Wave 1");
  await page.getByRole("button", { name: "7a Without spatial constraints" }).click();
  await expect(page.getByRole("status").filter({ hasText: "change their lengths" })).toBeVisible();
  await expect(page.getByLabel("Keep bone lengths")).not.toBeChecked();
  await expect(status(page)).toHaveText(/^Step \d+ of 100/);
  await page.locator("ciasa-scenes").scrollIntoViewIfNeeded();
  await picture(page, "scenes");
  expect(new URLSearchParams(new URL(page.url()).hash.slice(1)).get("engine")).toBe("cpu");
});

test("peaks are the highest frames that are apart", () => {
  const curve = [0, 1, 5, 1, 0, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 0, 0, 5, 5];
  expect(peaks(curve)).toEqual([2, 8, 19]);
  expect(peaks(new Float32Array(9))).toEqual([]);
  expect(peaks([])).toEqual([]);
  expect(peaks(Array.from({ length: 100 }, (_, t) => 2 + Math.sin(t))).length).toBeLessThanOrEqual(6);
});

test("the scrubber works while the clip plays, and goes to where the perturbation is large", async ({
  page,
}) => {
  await open(page, `${cpu}&stop=iterations&n=3&speed=0.1`);
  await recognised(page);
  await attack(page);
  const shown = page.locator("ciasa-scrubber output");
  const frame = async () => Number(/· (\d+)\//.exec((await shown.textContent()) ?? "")?.[1]);
  await expect(page.getByRole("button", { name: "Pause", exact: true }).first()).toBeVisible();
  const track = page.getByRole("slider", { name: "Frame" });
  const box = await track.boundingBox();
  if (!box) throw new Error("no slider");
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2, { steps: 4 });
  const held = await frame();
  await page.waitForTimeout(900);
  expect(await frame()).toBe(held);
  await page.mouse.up();
  await expect.poll(frame).not.toBe(held);
  await expect(page.getByRole("button", { name: "Pause", exact: true }).first()).toBeVisible();

  const marks = page.locator("ciasa-scrubber .track i");
  expect(await marks.count()).toBeGreaterThan(0);
  await page.getByRole("button", { name: "Reset the camera" }).focus();
  await tabTo(page, /^Next large perturbation$/);
  await page.keyboard.press("Enter");
  const at = await frame();
  const large = await page.evaluate((now) => {
    const { session } = document.querySelector("ciasa-playground") as unknown as {
      session: { clip: { data: Float32Array; frames: number }; attack: { data: Float32Array } };
    };
    const { data, frames } = session.clip;
    const size = data.length / frames;
    const moved = Array.from({ length: frames }, (_, t) =>
      data
        .subarray(t * size, (t + 1) * size)
        .reduce((sum, v, i) => sum + Math.abs(v - (session.attack.data[t * size + i] ?? 0)), 0),
    );
    return (moved[now - 1] ?? 0) / Math.max(...moved);
  }, at);
  expect(large).toBeGreaterThan(0.5);
  await picture(page, "scrubber-marks");
});
