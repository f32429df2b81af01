// A clip as a person in a room: pictures, files, and the way through a camera and back.
import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { attack, errorsOf, open, painted, picture, recognised, violations } from "./helpers.ts";

const still = "engine=cpu&clip=synthetic-wave-1&f=10";
const film = (page: Page) => page.locator("ciasa-film");
const screen = (page: Page) => film(page).locator("canvas");

async function opened(page: Page, settings = still): Promise<void> {
  await open(page, settings);
  await painted(page);
  await film(page).getByRole("button", { name: "Open the film" }).click();
  await expect(screen(page)).toBeVisible();
}

test("the body is loaded when the film is opened, and camera, person and frame change the picture", async ({
  page,
}) => {
  const errors = errorsOf(page);
  const bodies: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("body/")) bodies.push(request.url());
  });
  await open(page, still);
  await painted(page);
  expect(bodies).toEqual([]);
  await film(page).getByRole("button", { name: "Open the film" }).click();
  await expect(screen(page)).toBeVisible();
  // A room with a person takes far more bytes than an empty canvas.
  await expect(async () => expect((await screen(page).screenshot()).length).toBeGreaterThan(60_000)).toPass();
  expect(bodies).toHaveLength(1);
  let before = await screen(page).screenshot();
  const changed = async (what: string) => {
    await expect(async () => {
      const now = await screen(page).screenshot();
      expect(now.equals(before), what).toBe(false);
      before = now;
    }).toPass();
  };
  await film(page).getByRole("slider", { name: "Camera angle" }).fill("-60");
  await changed("camera");
  await film(page).getByRole("button", { name: "Another person" }).click();
  await changed("person");
  await page.locator("ciasa-scrubber").getByRole("slider", { name: "Frame" }).fill("30");
  await changed("frame");
  expect(await violations(page)).toEqual([]);
  expect(errors).toEqual([]);
});

test("frames are saved as pictures, and a video is saved", async ({ page }) => {
  await opened(page);
  const saved = async (name: string) => {
    const download = page.waitForEvent("download");
    await film(page).getByRole("button", { name }).click();
    const file = await download;
    return { name: file.suggestedFilename(), bytes: readFileSync((await file.path()) ?? "") };
  };
  const range = page.locator("ciasa-scrubber").getByRole("slider", { name: "Frame" });
  const frames = Number(await range.getAttribute("max")) + 1;
  const archive = await saved("Frames, PNG");
  expect(archive.name).toBe("wave-1-film.zip");
  expect(archive.bytes.readUInt16LE(archive.bytes.length - 12)).toBe(frames);
  expect(archive.bytes.subarray(30, 44).toString()).toBe("frame-0001.png");
  const video = await saved("Video");
  expect(video.name).toMatch(/^wave-1-film\.(webm|mp4)$/);
  expect(video.bytes.length).toBeGreaterThan(20_000);
});

test("a clip goes through the camera and back, clean and perturbed", async ({ page }) => {
  const errors = errorsOf(page);
  await opened(page, `${still}&mode=advanced&region=arms&target=untargeted&n=20`);
  const label = await recognised(page);
  await attack(page);
  const send = film(page).getByRole("button", { name: "Send through the camera" });
  await send.click();
  await film(page).getByRole("button", { name: "Cancel" }).click();
  await expect(film(page).getByRole("table")).toHaveCount(0);
  await expect(send).toBeEnabled();
  await send.click();
  await expect(film(page).getByRole("table")).toBeVisible({ timeout: 200_000 });
  const rows = film(page).locator("tbody tr");
  await expect(rows).toHaveCount(2);
  // The estimator finds the person in every picture, joints within a hand's width, and the network the action.
  await expect(film(page).locator("ciasa-film-camera")).toContainText(/found in (\d+) of \1 pictures/);
  await expect(rows.first().locator("td").nth(1)).toContainText(label);
  for (const row of await rows.all())
    expect(Number.parseFloat((await row.locator("td").nth(2).textContent()) ?? "")).toBeLessThan(10);
  await film(page).scrollIntoViewIfNeeded();
  await picture(page, "film");
  const download = page.waitForEvent("download");
  await film(page).getByRole("button", { name: "Figure of six rows, PNG" }).click();
  const sheet = readFileSync((await (await download).path()) ?? "");
  // Width and height stand in a PNG's first chunk.
  expect([sheet.readUInt32BE(16), sheet.readUInt32BE(20)]).toEqual([1090, 900]);
  await page.emulateMedia({ colorScheme: "dark" });
  await picture(page, "film-dark");
  await page.setViewportSize({ width: 390, height: 844 });
  await film(page).scrollIntoViewIfNeeded();
  await picture(page, "film-phone");
  expect(errors).toEqual([]);
});

test("other skeletons are refused with what to do", async ({ page }) => {
  await open(page, "engine=cpu&clip=openpose-wave-1");
  await painted(page);
  await film(page).getByRole("button", { name: "Open the film" }).click();
  await expect(film(page)).toContainText("Choose such a clip in the gallery, or convert this one.");
  await expect(screen(page)).toHaveCount(0);
});
