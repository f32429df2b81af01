// The Lab's clips through cameras: films, progress, cancel, the table, and rows for `ciasa eval`.
import { expect, type Page, test } from "@playwright/test";
import { cpu, errorsOf, open, picture, recognised, saved, violations } from "./helpers.ts";

const part = (page: Page) => page.locator("ciasa-lab-cameras");
const film = (page: Page, clips: number) =>
  part(page).getByRole("button", { name: `Film ${clips} ${clips === 1 ? "clip" : "clips"}` });

async function opened(page: Page, clips: string[]): Promise<void> {
  await open(page, `${cpu}&lab=1&n=20`);
  const lab = page.locator("ciasa-lab");
  await expect(lab.getByRole("button", { name: "Run sweep" })).toBeEnabled();
  await lab.getByRole("button", { name: "None" }).click();
  await expect(part(page)).toContainText("Choose clips whose label is a class of the network.");
  for (const name of clips) await lab.getByRole("checkbox", { name, exact: true }).check();
  await recognised(page);
}

test("chosen clips are filmed, cancelled, resumed and counted", async ({ page }) => {
  test.setTimeout(400_000);
  const errors = errorsOf(page);
  // The label "walk" is no class of this network, so the clip is not filmed.
  await opened(page, ["Wave 1", "Squat 1", "Walk"]);
  const angles = part(page).getByLabel("Camera angles, degrees");
  await angles.fill("0, 270");
  await angles.press("Enter");
  expect(await angles.evaluate((input: HTMLInputElement) => input.validationMessage)).toContain(
    "-180 to 180",
  );
  await angles.fill("30");
  await angles.press("Enter");
  await part(page).getByLabel("A picture of each N-th frame").fill("12");
  await part(page).getByLabel("A picture of each N-th frame").press("Enter");

  await film(page, 2).click();
  await expect(part(page).getByRole("status")).toContainText(/Wave 1: (attacking|filming)/);
  // Neither a sweep nor the playground's own attack runs beside it.
  await expect(page.getByRole("button", { name: "Run sweep" })).toBeDisabled();
  await expect(page.locator("ciasa-lab-progress p")).toContainText("Clips go through the cameras.");
  await part(page).getByRole("button", { name: "Cancel the films" }).click();
  await expect(film(page, 2)).toBeEnabled();
  await expect(page.getByRole("button", { name: "Run sweep" })).toBeEnabled();
  await expect(part(page).getByRole("alert")).toHaveCount(0);

  await part(page).getByRole("switch", { name: "Also made for the cameras" }).check();
  await film(page, 2).click();
  await expect(part(page).getByRole("table")).toBeVisible({ timeout: 200_000 });
  await expect(film(page, 2)).toBeEnabled({ timeout: 200_000 });
  const cells = await part(page)
    .locator("tbody tr")
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? "")));
  const [skeleton = [], camera = [], made = [], , paper = []] = cells;
  expect(cells).toHaveLength(5);
  expect(made.slice(0, 3)).toEqual(["ciasa e=0.05 least likely camera 30±15", "skeleton", "2"]);
  expect(skeleton.slice(0, 4)).toEqual(["ciasa e=0.05 least likely", "skeleton", "2", "100.0 [34, 100]"]);
  expect(camera.slice(0, 3)).toEqual(["ciasa e=0.05 least likely", "camera 30°", "2"]);
  // The estimator finds joints within a hand's width.
  expect(Number(camera[8])).toBeGreaterThan(1);
  expect(Number(camera[8])).toBeLessThan(12);
  expect(paper.slice(3, 5)).toEqual(["53.3", "38.9"]);

  const lines = (await saved(page, /Rows of the films, CSV/, part(page))).trim().split("\n");
  const [head = "", ...rows] = lines.map((line) => line.split(","));
  const column = (row: string[], name: string) => row[head.indexOf(name)];
  expect(rows).toHaveLength(8);
  expect(rows.map((row) => column(row, "camera"))).toEqual(["", "30", "", "30", "", "30", "", "30"]);
  expect(rows.map((row) => column(row, "label"))).toEqual([
    ...["wave", "wave", "wave", "wave"],
    ...["squat", "squat", "squat", "squat"],
  ]);
  for (const row of rows) {
    expect(column(row, "dataset")).toBe("gallery");
    expect(column(row, "data")).toMatch(/^[0-9a-f]{8}$/);
  }
  expect(await violations(page)).toEqual([]);
  await part(page).scrollIntoViewIfNeeded();
  await picture(page, "lab-cameras");
  await page.emulateMedia({ colorScheme: "dark" });
  await picture(page, "lab-cameras-dark");
  await page.setViewportSize({ width: 390, height: 844 });
  await part(page).scrollIntoViewIfNeeded();
  await picture(page, "lab-cameras-phone");
  expect(errors).toEqual([]);
});

test("other skeletons are refused with what to do", async ({ page }) => {
  await open(page, `${cpu}&clip=openpose-wave-1&lab=1`);
  await expect(part(page)).toContainText("Choose a network for it.", { timeout: 60_000 });
  await expect(part(page).getByRole("button", { name: /^Film/ })).toBeDisabled();
});
