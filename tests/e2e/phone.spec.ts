// A phone: one column, fingers turn the figure, and no part holds a finger that wants to scroll.
import { expect, type Page, test } from "@playwright/test";
import { smallTargets } from "./helpers.ts";

test.use({ hasTouch: true, isMobile: true });

const body = `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>A phone</title><ciasa-playground manual-engine></ciasa-playground>
<script type="module" src="/ciasa-playground.js"></script></html>`;

/** A finger's way over the middle of the canvas, as the browser's own gesture. */
async function swipe(page: Page, dx: number, dy: number): Promise<void> {
  const box = await page.locator("canvas.painted").boundingBox();
  if (!box) throw new Error("the canvas has no box");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const session = await page.context().newCDPSession(page);
  const send = (type: "touchStart" | "touchMove" | "touchEnd", points: { x: number; y: number }[]) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints: points });
  await send("touchStart", [{ x, y }]);
  for (let i = 1; i <= 8; i += 1) await send("touchMove", [{ x: x + (dx * i) / 8, y: y + (dy * i) / 8 }]);
  await send("touchEnd", []);
}

for (const width of [360, 390]) {
  test(`one hand at ${width} px: a finger turns the figure sideways and scrolls up and down`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height: 780 });
    await page.route("**/phone.html", (route) => route.fulfill({ contentType: "text/html", body }));
    await page.goto("/phone.html");
    const canvas = page.locator("canvas.painted");
    await expect(canvas).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(await smallTargets(page)).toEqual([]);

    await page.locator("ciasa-playground").evaluate((element) => {
      const { player } = (element as unknown as { session: { player: { pause(): void } } }).session;
      player.pause();
    });
    const before = await canvas.screenshot();
    await swipe(page, 110, 0);
    await expect.poll(async () => (await canvas.screenshot()).equals(before)).toBe(false);
    expect(await page.evaluate(() => scrollY)).toBe(0);

    await swipe(page, 0, -120);
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(60);
    await page.screenshot({ path: `test-results/phone-${width}.png` });
  });
}
