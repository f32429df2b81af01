// The Lab in the page, as tests use it.
import { expect, type Page } from "@playwright/test";
import { cpu, open } from "./helpers.ts";

export const lab = (page: Page) => page.locator("ciasa-lab");
export const state = (page: Page) => page.locator("ciasa-lab-progress p");
export const go = (page: Page) => page.getByRole("button", { name: /^(Run sweep|Resume)$/ });

/** Opens the page with the Lab and these clips in it. */
export async function openLab(page: Page, clips: string[], settings = ""): Promise<void> {
  await open(page, `${cpu}&lab=1${settings}`);
  await expect(go(page)).toBeEnabled();
  await lab(page).getByRole("button", { name: "None" }).click();
  await expect(state(page)).toHaveText("No clip is chosen.");
  for (const name of clips) await lab(page).getByRole("checkbox", { name, exact: true }).check();
}

export async function epsilons(page: Page, values: string): Promise<void> {
  await lab(page)
    .getByLabel(/^Epsilons?, in/)
    .fill(values);
  await lab(page)
    .getByLabel(/^Epsilons?, in/)
    .press("Enter");
}
