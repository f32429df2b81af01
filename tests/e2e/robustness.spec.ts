// A network's card: its row of docs/ROBUSTNESS.md.
import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { cpu, errorsOf, open, picture, recognised, violations } from "./helpers.ts";

const [head = [], ...rows] = readFileSync("docs/robustness/matrix.csv", "utf8")
  .trim()
  .split("\n")
  .map((line) => line.split(","));
const column = (name: string): number => head.indexOf(name);
const robust = "utd-mhad-st-gcn-robust";

/** Success of an attack in whole percent, counted from the rows of the matrix. */
function success(victim: string, attack: string, defence: string, mode: string): string {
  const is = (row: string[], name: string, value: string): boolean => row[column(name)] === value;
  const own = rows.filter(
    (row) =>
      is(row, "victim", victim) &&
      is(row, "share", "0.03") &&
      is(row, "attack", attack) &&
      is(row, "defence", defence) &&
      is(row, "mode", mode) &&
      row[column("clean")] === row[column("label")],
  );
  return ((100 * own.filter((row) => is(row, "success", "true")).length) / own.length).toFixed(0);
}

for (const [name, scheme, width] of [
  ["light", "light", 1440],
  ["dark", "dark", 1440],
  ["phone", "light", 390],
] as const) {
  test(`a network's card shows how attacks fare against it: ${name}`, async ({ page }) => {
    const errors = errorsOf(page);
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height: 900 });
    await open(page, `${cpu}&model=${robust}`);
    await recognised(page);
    const card = page.locator("ciasa-robustness");
    await card.getByText("How attacks fare against it").click();
    const line = (attack: string) => card.getByRole("row", { name: new RegExp(`^${attack} [\\d–]`) });
    await expect(line("PGD").getByRole("cell").first()).toContainText(
      `${success(robust, "pgd", "none", "bare")} [`,
    );
    const behind = success(robust, "pgd", "smoothing", "adaptive");
    await expect(line("PGD").getByRole("cell").nth(1)).toContainText(`${behind} [`);
    const blind = success(robust, "fgsm", "smoothing", "blind");
    await expect(line("FGSM").getByRole("cell").nth(1)).toContainText(`${blind}† [`);
    await card.scrollIntoViewIfNeeded();
    await picture(page, `robustness-${name}`);
    expect(await violations(page)).toEqual([]);
    // The table may scroll within itself; the page does not get wider.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(errors).toEqual([]);
  });
}

test("a network that was not measured has no such row", async ({ page }) => {
  await open(page, `${cpu}&model=utd-mhad-st-gcn`);
  await recognised(page);
  await expect(page.locator("ciasa-robustness details")).toHaveCount(1);
  await page.locator("ciasa-recogniser select").selectOption("utd-mhad-2s-agcn-joint");
  await expect(page.locator("ciasa-network-details")).toContainText("2s-AGCN, joint stream");
  await expect(page.locator("ciasa-robustness details")).toHaveCount(0);
});
