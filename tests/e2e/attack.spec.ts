import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { after, attack, before, cpu, errorsOf, open, picture, recognised, saved } from "./helpers.ts";

const modes = {
  "one-step": "mode=one-step&target=untargeted&eps=0.05",
  basic: "mode=basic",
  localized: "mode=localized&region=arms&eps=0.08",
  advanced: "mode=advanced&region=arms",
};

for (const [mode, settings] of Object.entries(modes)) {
  test(`the ${mode} attack changes the label`, async ({ page }) => {
    const errors = errorsOf(page);
    await open(page, `${cpu}&${settings}&p=0.6&hold=1`);
    const clean = await recognised(page);
    await attack(page);
    expect(await after(page)).not.toBe(clean);
    expect(await before(page)).toBe(clean);
    await expect(page.locator("ciasa-verdict")).toContainText("label flipped");
    await expect(page.locator("ciasa-figures dd").first()).toContainText("cm");
    await picture(page, `attack-${mode}`);
    expect(errors).toEqual([]);
  });
}

test("pause, step, cancel and reset act at once", async ({ page }) => {
  await open(page, `${cpu}&stop=iterations&n=500`);
  const clean = await recognised(page);
  await page.getByRole("button", { name: "Run attack" }).click();
  const status = page.locator("ciasa-run-bar p");
  await expect(status).toHaveText(/^Step [1-9]/);
  await page.getByRole("button", { name: "Pause", exact: true }).nth(1).click();
  await expect(status).toHaveText(/paused/);
  const steps = async () => Number((await status.textContent())?.match(/Step (\d+)/)?.[1]);
  const paused = await steps();
  await page.getByRole("button", { name: "Step", exact: true }).click();
  await expect(status).toHaveText(new RegExp(`Step ${paused + 1} of 500, paused`));
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(async () => expect(await steps()).toBeGreaterThan(paused + 1)).toPass();
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await expect(status).toHaveText(/cancelled, the last clip stays/);
  await expect(page.locator("ciasa-verdict .after")).not.toContainText("not attacked yet");
  await page.getByRole("button", { name: "Reset", exact: true }).click();
  await expect(page.locator("ciasa-verdict .after")).toContainText("not attacked yet");
  expect(await before(page)).toBe(clean);
});

test("the same seed gives the same figures", async ({ page }) => {
  await open(page, `${cpu}&stop=iterations&n=3&seed=7`);
  await recognised(page);
  await attack(page);
  const first = await page.locator("ciasa-figures").textContent();
  await attack(page);
  expect(await page.locator("ciasa-figures").textContent()).toBe(first);
});

test("clip, settings and figures can be downloaded", async ({ page }) => {
  await open(page, `${cpu}&stop=iterations&n=2`);
  await recognised(page);
  await attack(page);
  const clip = JSON.parse(await saved(page, /Attacked clip/));
  expect(clip.format).toBe("ciasa-clip");
  const settings = JSON.parse(await saved(page, /Settings/));
  expect(settings.iterations).toBe(2);
  const rows = (await saved(page, /Figures/)).trim().split("\n");
  expect(rows.length).toBe(3);
  expect(new Set(rows.map((row) => row.split(",").length)).size).toBe(1);
});

test("a clip from a picture is attacked in x and y alone, by the network for its skeleton", async ({
  page,
}) => {
  const errors = errorsOf(page);
  await open(page, `${cpu}&clip=openpose-throw-1&mode=basic&eps=0.03&p=0.6&hold=1`);
  const clean = await recognised(page);
  expect(clean.toLowerCase()).toBe("throw");
  await expect(page.locator("ciasa-network-details")).toContainText("90.0 %");
  await attack(page);
  expect(await after(page)).not.toBe(clean);
  await picture(page, "attack-openpose");
  type Joints = [number, number, number][];
  const all = (text: string): Joints => JSON.parse(text).frames.flat(2);
  const attacked = all(await saved(page, /Attacked clip, JSON/));
  const original = all(readFileSync("web/public/clips/openpose-throw-1.json", "utf8"));
  expect(attacked.length).toBe(original.length);
  expect(attacked.map((joint) => joint[2])).toEqual(original.map((joint) => joint[2]));
  expect(attacked.some((joint, i) => joint[0] !== original[i]?.[0])).toBe(true);
  expect(errors).toEqual([]);
});
