import { type ConsoleMessage, expect, type Page } from "@playwright/test";

/** Settings that keep a test's computing small. */
export const cpu = "engine=cpu";

/** Opens the playground with settings in its address. */
export async function open(page: Page, settings = ""): Promise<void> {
  await page.goto(settings ? `/#${settings}` : "/");
}

/** What the page logs as an error or throws. Ask before `open`, look at the end. */
export function errorsOf(page: Page): string[] {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message: ConsoleMessage) => {
    if (message.type() === "error") errors.push(message.text());
  });
  return errors;
}

/** Waits for the first picture. */
export const painted = (page: Page) => expect(page.locator("canvas.painted")).toBeVisible();

/** Waits until the network has said what it sees. */
export async function recognised(page: Page): Promise<string> {
  await expect(page.getByRole("button", { name: /^(Run attack|Run again)$/ })).toBeEnabled();
  return before(page);
}

const label = (page: Page, side: "before" | "after") =>
  page
    .locator(`ciasa-verdict .${side} .label`)
    .evaluate(
      (node) =>
        [...node.childNodes].find((child) => child.nodeType === 3 && child.textContent?.trim())
          ?.textContent ?? "",
    );

/** The class that the network sees in the clean clip. */
export async function before(page: Page): Promise<string> {
  return (await label(page, "before")).trim();
}

/** The class that the network sees in the perturbed clip. */
export async function after(page: Page): Promise<string> {
  return (await label(page, "after")).trim();
}

/** Runs the attack that is set and waits for its end; answers its last line. */
export async function attack(page: Page): Promise<string> {
  await page.getByRole("button", { name: /^(Run attack|Run again)$/ }).click();
  const status = page.locator("ciasa-run-bar p");
  await expect(status).toHaveText(/^Step \d+ of \d+: /, { timeout: 200_000 });
  return (await status.textContent()) ?? "";
}

/** Saves what the page looks like now. */
export const picture = (page: Page, name: string) =>
  page.screenshot({ path: `test-results/${name}.png`, animations: "disabled" });
