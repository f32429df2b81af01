// The certified radius of a clip: certified, drawn beside the attack, cancelled, and a worker that ends meanwhile.
import { expect, type Page, test } from "@playwright/test";
import {
  attack,
  cpu,
  endWorker,
  errorsOf,
  open,
  picture,
  recognised,
  recordWorkers,
  violations,
} from "./helpers.ts";

const card = (page: Page) => page.locator("ciasa-certificate");
const button = (page: Page, name: string) => card(page).getByRole("button", { name });

/** What the page knows of the vote. */
const known = (page: Page) =>
  page.evaluate(() => {
    const { session } = document.querySelector("ciasa-playground") as unknown as {
      session: {
        clip: { id: string };
        certified: {
          now: {
            step: { drawn: number; of: number; certificate: unknown } | null;
            end: string | null;
          } | null;
        };
      };
    };
    const { now } = session.certified;
    return { clip: session.clip.id, end: now?.end ?? null, step: now?.step ?? null };
  });

const URL = `${cpu}&clip=synthetic-wave-1&stop=iterations&n=2&eps=0.07`;

for (const colorScheme of ["light", "dark"] as const) {
  test(`a clip is certified, and its radius is drawn around it (${colorScheme})`, async ({ page }) => {
    const errors = errorsOf(page);
    await page.emulateMedia({ colorScheme });
    await open(page, URL);
    await recognised(page);
    await attack(page);
    await button(page, "Certify this clip").click();
    await expect(card(page)).toContainText(/\d+ of 216 draws/, { timeout: 60_000 });
    await expect(button(page, "Certify again")).toBeVisible({ timeout: 180_000 });
    await expect(card(page)).toContainText("wrong with a probability of 0.1 % at most");
    await expect(card(page)).toContainText(/No change shorter than [\d.]+ standard deviations/);
    await expect(card(page)).toContainText(/As a shift of one coordinate .* [\d.]+ cm/);
    await expect(card(page)).toContainText(/The attack on the stage has gone \d/);
    await expect(
      card(page).getByRole("img", { name: /certified radius of [\d.]+ .* the attack is at/ }),
    ).toBeVisible();
    expect((await known(page)).step).toMatchObject({ drawn: 216, of: 216 });
    expect(await violations(page)).toEqual([]);
    await card(page).scrollIntoViewIfNeeded();
    await picture(page, `certificate-${colorScheme}`);
    // A certificate is about one clip and one network.
    await page.locator("ciasa-run-bar").getByRole("button", { name: "Reset" }).click();
    await expect(card(page)).not.toContainText("The attack on the stage has gone");
    expect(errors).toEqual([]);
  });
}

test("a vote is cancelled by keyboard, and begins anew", async ({ page }) => {
  await open(page, URL);
  await recognised(page);
  await button(page, "Certify this clip").press("Enter");
  await expect(card(page)).toContainText(/\d+ of 216 draws/, { timeout: 60_000 });
  await button(page, "Cancel certifying").press("Enter");
  await expect(card(page)).toContainText("Cancelled.");
  const { end, step } = await known(page);
  expect(end).toBe("cancelled");
  expect(step?.drawn).toBeLessThan(216);
  await button(page, "Certify again").click();
  await expect(card(page)).toContainText(/\d+ of 216 draws/, { timeout: 60_000 });
});

test("a worker that ends during a vote is said, and the clip stays", async ({ page }) => {
  await recordWorkers(page);
  await open(page, URL);
  await recognised(page);
  await button(page, "Certify this clip").click();
  await expect(card(page)).toContainText(/\d+ of 216 draws/, { timeout: 60_000 });
  await endWorker(page);
  await expect(card(page)).toContainText("Stopped: The browser has ended the engine's worker");
  await expect(page.locator("ciasa-notice")).toContainText("The engine stopped.");
  expect(await known(page)).toMatchObject({ clip: "synthetic-wave-1", end: "failed" });
  await page.locator("ciasa-notice").getByRole("button", { name: "Try again" }).click();
  await expect(button(page, "Certify again")).toBeEnabled({ timeout: 60_000 });
  await button(page, "Certify again").click();
  await expect(card(page)).toContainText(/\d+ of 216 draws/, { timeout: 60_000 });
});
