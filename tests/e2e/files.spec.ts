import { expect, test } from "@playwright/test";
import { cpu, open, painted, recognised } from "./helpers.ts";

/** Drops a file on the playground. */
async function drop(page: import("@playwright/test").Page, name: string, content: string): Promise<void> {
  const files = await page.evaluateHandle(
    ([fileName, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], fileName));
      return transfer;
    },
    [name, content] as const,
  );
  await page.dispatchEvent("ciasa-playground", "drop", { dataTransfer: files });
}

test("a readable file is shown and recognised, a broken one is reported by name", async ({ page }) => {
  await open(page, cpu);
  await painted(page);
  const index = await (await page.request.get("/clips/index.json")).json();
  const good = await (await page.request.get(`/clips/${index[3].file}`)).text();
  await recognised(page);

  await drop(page, "mine.json", good);
  const mine = page.locator("ciasa-gallery li button", { hasText: "mine.json" });
  await expect(mine).toHaveAttribute("aria-pressed", "true");
  await recognised(page);

  await drop(page, "broken.json", good.slice(0, good.length / 2));
  const notice = page.locator("ciasa-notice");
  await expect(notice).toContainText("broken.json");
  await expect(notice).toContainText("Kept");
  await expect(mine).toHaveAttribute("aria-pressed", "true");
  await notice.getByRole("button", { name: "Dismiss" }).click();
  await expect(notice).toHaveCount(0);
  expect(new URL(page.url()).hash).not.toContain("mine");
});

test("an unreadable file is reported by name, and the others are opened", async ({ page }) => {
  await open(page, cpu);
  await painted(page);
  const index = await (await page.request.get("/clips/index.json")).json();
  const good = await (await page.request.get(`/clips/${index[3].file}`)).text();
  await page.evaluate(async (text) => {
    const element = document.querySelector("ciasa-playground") as unknown as {
      session: { addFiles(files: File[]): Promise<void> };
    };
    // Like a dropped folder: it has a name, but reading it fails.
    const folder = new File(["x"], "my folder.pt");
    const unreadable = () => Promise.reject(new DOMException("It could not be found.", "NotFoundError"));
    folder.slice = () => Object.assign(new Blob(), { arrayBuffer: unreadable });
    await element.session.addFiles([folder, new File([text], "mine.json"), new File(["{"], "bad.json")]);
  }, good);
  const notice = page.locator("ciasa-notice");
  await expect(notice).toContainText('"my folder.pt" cannot be read. "bad.json" is not a readable clip.');
  await expect(notice).toContainText("It could not be found.");
  await expect(page.locator("ciasa-weights-dialog dialog")).toHaveCount(0);
  const mine = page.locator("ciasa-gallery li button", { hasText: "mine.json" });
  await expect(mine).toHaveAttribute("aria-pressed", "true");
});

test("the button opens files as well", async ({ page }) => {
  await open(page, cpu);
  await painted(page);
  const body = Array.from({ length: 4 }, () => [
    Array.from({ length: 25 }, (_, j) => [j * 0.01, j * 0.05, 2]),
  ]);
  const clip = { format: "ciasa-clip", version: 1, layout: "ntu", fps: 30, people: 1, frames: body };
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Open file" }).click();
  await (await chooser).setFiles({
    name: "kinect-v2.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(clip)),
  });
  await expect(page.locator("ciasa-gallery")).toContainText("kinect-v2.json");
  await expect(page.locator("ciasa-scrubber output")).toContainText("/4");
});
