import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Page, test } from "@playwright/test";
import { cpu, open, painted, picture, recognised } from "./helpers.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds against WCAG 2 A and AA, in words. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    const found = await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] });
    return found.violations.flatMap((rule) =>
      rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.failureSummary}`),
    );
  });
}

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
  const focused = () =>
    page.evaluate(() => {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      return at?.getAttribute("aria-label") ?? at?.textContent?.trim() ?? "";
    });
  /** Tabs on until what has the focus is named so. */
  const tabTo = async (name: RegExp) => {
    for (let i = 0; i < 200; i += 1) {
      await page.keyboard.press("Tab");
      if (name.test(await focused())) return;
    }
    throw new Error(`${name} cannot be reached with the tab key`);
  };
  await tabTo(/^Search clips$/);
  await page.keyboard.type("squat");
  await tabTo(/^squat/i);
  await page.keyboard.press("Enter");
  await expect(page.locator("ciasa-gallery button[aria-pressed=true]")).toContainText(/squat/i);
  await recognised(page);
  await tabTo(/^3-D view/);
  const canvas = page.locator("ciasa-stage canvas");
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
  const still = await canvas.screenshot();
  await page.keyboard.press("ArrowLeft");
  await expect(async () => expect((await canvas.screenshot()).equals(still)).toBe(false)).toPass();
  await tabTo(/^Frame$/);
  await page.keyboard.press("End");
  await expect(page.locator("ciasa-scrubber output")).toHaveText(/ (\d+)\/\1$/);
  await tabTo(/Run attack/);
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
  // A finger needs 44 px: measured on what it would hit, that is the label where there is one.
  const small = await page.evaluate(() => {
    const found: string[] = [];
    const visit = (root: ParentNode) => {
      for (const node of root.querySelectorAll<HTMLElement>("*")) {
        if (node.shadowRoot) visit(node.shadowRoot);
        if (!node.matches("button, select, summary, input:not([type=file])")) continue;
        const target = node.closest("label") ?? node;
        const { width, height } = target.getBoundingClientRect();
        if (width > 0 && (height < 43.5 || width < 43.5))
          found.push(`${node.outerHTML.slice(0, 90)} ${width}x${height}`);
      }
    };
    visit(document);
    return found;
  });
  expect(small).toEqual([]);
  await page.getByRole("button", { name: "Run attack" }).click();
  await expect(page.locator("ciasa-run-bar p")).toHaveText(/all steps taken/);
  await picture(page, "phone");
});
