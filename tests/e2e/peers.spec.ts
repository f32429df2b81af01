import { expect, test } from "@playwright/test";
import { attack, cpu, open, recognised, saved } from "./helpers.ts";

const peers = {
  PGD: { method: "pgd" },
  "MI-FGSM": { method: "mi-fgsm" },
  "C&W margin": { method: "adam", prediction: { kind: "margin", kappa: 0 } },
  SMART: { method: "adam", restraint: "smart" },
};

/** Methods without two constraints or two steps. */
const others = {
  "Random noise": { method: "noise" },
  "Random rotation": { method: "rotation" },
  "Bone length": { method: "bone-length", tau: 0.2 },
  "Part swap": { method: "part-swap" },
  TASAR: { method: "tasar", transfer: { draws: 3 } },
};

test("baselines, bone lengths, part swap and TASAR run with settings of their own", async ({ page }) => {
  await open(page, `${cpu}&stop=iterations&n=2&eps=0.04&tau=0.2&draws=3`);
  await recognised(page);
  const panel = page.locator("ciasa-attack-panel");
  await panel.getByText("Optimiser and stop rule").click();
  for (const [name, config] of Object.entries(others)) {
    await panel.getByLabel("Method").selectOption(name);
    const steps = name === "Part swap" ? 1 : 2;
    expect(await attack(page), name).toContain(`Step ${steps} of ${steps}`);
    expect(JSON.parse(await saved(page, /Settings/))).toMatchObject(config);
    await expect(panel.getByRole("switch", { name: "Keep bone lengths" })).toHaveCount(
      name === "Bone length" ? 0 : 1,
    );
  }
});

test("BASAR walks by labels: its curve shows the distance, and its budget is queries", async ({ page }) => {
  await open(page, `${cpu}&stop=iterations&q=40`);
  await recognised(page);
  const panel = page.locator("ciasa-attack-panel");
  await panel.getByLabel("Method").selectOption("BASAR");
  await expect(panel.getByRole("switch", { name: "Clip to epsilon" })).not.toBeChecked();
  await expect(panel).toContainText("BASAR looks for the nearest clip by itself");
  expect(await attack(page)).toContain("Query 40 of 40");
  const curve = page.locator("ciasa-curves[kind=losses]");
  await expect(curve).toContainText("Distance");
  await expect(curve).toContainText("largest change of a coordinate");
  await panel.getByLabel("Method").selectOption("PGD");
  await expect(panel.getByRole("switch", { name: "Clip to epsilon" })).toBeChecked();
});

test("every method runs, with its own step size and losses", async ({ page }) => {
  await open(page, `${cpu}&stop=iterations&n=2&eps=0.04`);
  await recognised(page);
  const panel = page.locator("ciasa-attack-panel");
  await panel.getByText("Optimiser and stop rule").click();
  for (const [name, config] of Object.entries(peers)) {
    await panel.getByLabel("Method").selectOption(name);
    await expect(panel.getByRole("switch", { name: /Smooth in time|Plausible poses/ })).toHaveCount(0);
    await expect(panel.getByRole("switch", { name: /Clip to epsilon|Keep bone lengths/ })).toHaveCount(2);
    expect(await attack(page)).toContain("Step 2 of 2");
    expect(JSON.parse(await saved(page, /Settings/))).toMatchObject(config);
  }
  await expect(page.locator("ciasa-curves[kind=losses]")).toContainText("perceptual");
  expect(new URL(page.url()).hash).toContain("by=smart");
  await panel.getByLabel("Method").selectOption("PGD");
  // The default: 2.5 epsilon over two steps.
  await expect(panel.getByLabel("Step size α")).toHaveValue("0.05");
  await panel.getByLabel("Step size α").fill("0.02");
  await panel.getByLabel("Step size α").press("Enter");
  await attack(page);
  expect(JSON.parse(await saved(page, /Settings/)).alpha).toBe(0.02);
});

test("CIASA needs a target; the other methods do not", async ({ page }) => {
  await open(page, `${cpu}&by=pgd&target=untargeted&stop=iterations&n=2`);
  await recognised(page);
  const target = page.locator("ciasa-target-picker summary");
  await expect(target).toContainText("Anything else");
  await attack(page);
  expect(JSON.parse(await saved(page, /Settings/)).target).toEqual({ kind: "untargeted" });
  await page.getByLabel("Method").selectOption("CIASA");
  await expect(target).toContainText("Least likely class");
});
