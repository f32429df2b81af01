// The pages in examples/ work as they are: plain HTML, two elements under one scrubber, a Vite project.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";

/** Opens a page of examples/; the repository's files are served as they lie. */
async function open(page: Page, example: string): Promise<void> {
  await page.route(/\/(examples|dist)\//, (route) => {
    const path = join(".", new URL(route.request().url()).pathname);
    return existsSync(path) ? route.fulfill({ path }) : route.fulfill({ status: 404, body: "not found" });
  });
  await page.goto(`/examples/${example}/index.html`);
}

test("the plain page lists the steps of an attack", async ({ page }) => {
  await open(page, "plain-html");
  const element = page.locator("ciasa-playground");
  await expect(element.locator("ciasa-verdict .before")).toContainText("%");
  await element.evaluate((it) => {
    const { session, run } = it as unknown as {
      session: { settings: { set(patch: object): void } };
      run: () => void;
    };
    session.settings.set({ stop: "iterations", iterations: 2, plausible: false });
    run.call(it);
  });
  await expect(page.locator("#log li").first()).toHaveText("the attack ended: iterations");
  await expect(page.locator("#log li").nth(1)).toContainText("step 2: loss");
});

test("two elements show the same moment", async ({ page }) => {
  await open(page, "two-elements");
  for (const id of ["left", "right"]) await expect(page.locator(`#${id} canvas.painted`)).toBeVisible();
  const fractions = await page.evaluate(() => {
    type Player = { frames: number; frame: number; pause(): void; seek(frame: number): void };
    const [left, right] = ["left", "right"].map(
      (id) => (document.getElementById(id) as unknown as { session: { player: Player } }).session.player,
    ) as [Player, Player];
    const seek = (player: Player, fraction: number) => {
      for (const one of [left, right]) one.pause();
      player.seek(fraction * (player.frames - 1));
      return [left, right].map((one) => one.frame / (one.frames - 1));
    };
    return [seek(left, 0.25), seek(right, 0.75)];
  });
  for (const [i, fraction] of [0.25, 0.75].entries())
    for (const shown of fractions[i] ?? []) expect(shown).toBeCloseTo(fraction, 3);
});

test("the Vite project builds", () => {
  execFileSync(process.execPath, ["node_modules/vite/bin/vite.js", "build", "examples/vite"], {
    stdio: "pipe",
  });
  const html = readFileSync("target/example-vite/index.html", "utf8");
  expect(html).toContain("<ciasa-playground");
  expect(html).toMatch(/assets\/index-.*\.js/);
});
