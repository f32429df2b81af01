import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import {
  before,
  cpu,
  errorsOf,
  open,
  painted,
  picture,
  recognised,
  smallTargets,
  violations,
} from "./helpers.ts";

const cases = join(import.meta.dirname, "../fixtures/cases");

/** Drops files on the playground. */
async function drop(page: Page, files: { name: string; bytes: Buffer }[]): Promise<void> {
  const transfer = await page.evaluateHandle(
    (all) => {
      const dropped = new DataTransfer();
      for (const { name, text } of all) {
        const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
        dropped.items.add(new File([bytes], name));
      }
      return dropped;
    },
    files.map(({ name, bytes }) => ({ name, text: bytes.toString("base64") })),
  );
  await page.dispatchEvent("ciasa-playground", "drop", { dataTransfer: transfer });
}

const fixture = (name: string, as = name) => ({ name: as, bytes: readFileSync(join(cases, name)) });
const dialog = (page: Page) => page.locator("ciasa-clips-dialog dialog");
const rows = (page: Page) => dialog(page).locator("li button");

test("a file of many clips is a list: searched, filtered, and a clip is recognised", async ({ page }) => {
  const errors = errorsOf(page);
  await open(page, cpu);
  await painted(page);
  await recognised(page);
  await drop(page, [fixture("set_kinect.pkl")]);
  await expect(dialog(page)).toContainText("8 clips");
  await expect(rows(page)).toHaveCount(8);
  await picture(page, "clips-dialog");
  expect(await violations(page)).toEqual([]);

  await page.getByLabel("Split").selectOption("val");
  await expect(dialog(page)).toContainText("4 of 8 clips");
  await page.getByLabel("Label").selectOption("class 3");
  await expect(rows(page)).toHaveText(/throw-2/);
  await page.getByLabel("Label").selectOption("");
  await page.getByLabel("Split").selectOption("");
  await page.getByLabel("Search the clips of the file").fill("no such clip");
  await expect(dialog(page)).toContainText("No clip fits.");
  await page.getByLabel("Search the clips of the file").fill("throw");
  await expect(rows(page)).toHaveCount(2);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(dialog(page)).toHaveCount(0);
  const mine = page.locator("ciasa-gallery li button", { hasText: "throw-2" });
  await expect(mine).toHaveAttribute("aria-pressed", "true");
  await recognised(page);
  expect(await before(page)).toBe("throw");

  // The file stays in memory: the list as it was, with the last clip marked, and another clip.
  await page.getByRole("button", { name: "8 clips of set_kinect.pkl" }).click();
  await expect(rows(page).nth(1)).toHaveAttribute("aria-current", "true");
  await page.getByLabel("Search the clips of the file").fill("");
  await rows(page).filter({ hasText: "clap-1" }).click();
  await expect(page.locator("ciasa-gallery li button", { hasText: "clap-1" })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  await recognised(page);
  expect(await before(page)).toBe("clap");
  await page.getByRole("button", { name: "8 clips of set_kinect.pkl" }).click();
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toHaveCount(0);
  expect(errors).toEqual([]);
});

test("all clips that a search finds are added at once, and the Lab attacks them", async ({ page }) => {
  const errors = errorsOf(page);
  await open(page, cpu);
  await painted(page);
  await recognised(page);
  const shown = page.locator("ciasa-gallery li button[aria-pressed=true]");
  const stage = await shown.textContent();
  await drop(page, [fixture("set_kinect.pkl")]);
  await page.getByLabel("Split").selectOption("val");
  await dialog(page).getByRole("button", { name: "Add these 4 clips to your files" }).press("Enter");
  await expect(dialog(page)).toHaveCount(0);
  await expect(page.locator("ciasa-transfer")).toHaveCount(0);
  for (const word of ["wave", "clap", "throw", "squat"])
    await expect(page.locator("ciasa-gallery li button", { hasText: `${word}-2` })).toHaveCount(1);
  // The stage stays as it was.
  expect(await shown.textContent()).toBe(stage);

  await page.getByRole("button", { name: "Open the Lab" }).click();
  const clips = page.locator("ciasa-lab-clips");
  await clips.getByRole("button", { name: "None" }).click();
  for (const word of ["wave", "squat"]) await clips.getByLabel(`${word}-2`, { exact: true }).check();
  await expect(clips).toContainText("2 of ");
  expect(errors).toEqual([]);
});

test("pixels of a set without the picture's size ask for it once", async ({ page }) => {
  await open(page, cpu);
  await painted(page);
  const whole = fixture("clips_list_protocol3.pkl");
  whole.bytes.write("img_shaqe", whole.bytes.indexOf("img_shape"));
  await drop(page, [whole]);
  await expect(rows(page)).toHaveCount(2);
  await dialog(page).getByRole("button", { name: "Add these 2 clips" }).click();
  const question = page.locator("ciasa-size-dialog dialog");
  await expect(question).toContainText("The joints of 2 clips are in pixels, up to 175, 70.");
  await question.getByLabel("Width in pixels").fill("200");
  await question.getByLabel("Height in pixels").fill("100");
  await question.getByRole("button", { name: "Open" }).click();
  await expect(question).toHaveCount(0);
  await expect(page.locator("ciasa-gallery li button", { hasText: "fortran" })).toHaveCount(1);

  await page.getByRole("button", { name: "2 clips of clips_list_protocol3.pkl" }).click();
  await rows(page).first().click();
  await expect(question).toContainText("The joints of big are in pixels");
  await question.getByRole("button", { name: "340 × 256" }).click();
  await question.getByRole("button", { name: "Open" }).click();
  await expect(page.locator("ciasa-scrubber output")).toContainText("/2");
});

test("a dropped folder gives its clips, those of the folders inside, and one notice", async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), "ciasa-clips-"));
  mkdirSync(join(folder, "session", "deep"), { recursive: true });
  const clap = readFileSync(join(cases, "clap.skeleton"));
  writeFileSync(join(folder, "session", "first.skeleton"), clap);
  writeFileSync(join(folder, "session", "deep", "second.skeleton"), clap);
  writeFileSync(join(folder, "session", "notes.bin"), "no clip");
  writeFileSync(join(folder, "session", ".hidden"), "left out");
  await open(page, cpu);
  await painted(page);
  const devtools = await page.context().newCDPSession(page);
  const data = { items: [], files: [join(folder, "session")], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const)
    await devtools.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
  await expect(page.locator("ciasa-gallery li button", { hasText: "first.skeleton" })).toHaveCount(1);
  await expect(page.locator("ciasa-gallery li button", { hasText: "second.skeleton" })).toHaveCount(1);
  await expect(page.locator("ciasa-notice")).toContainText('"notes.bin" is not a readable clip.');
  await expect(page.locator("ciasa-notice")).not.toContainText("hidden");
  rmSync(folder, { recursive: true });
});

test("the list fits a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, cpu);
  await painted(page);
  await drop(page, [fixture("set_kinect.pkl")]);
  await expect(rows(page)).toHaveCount(8);
  await picture(page, "clips-dialog-phone");
  expect(await smallTargets(page)).toEqual([]);
  const wide = await dialog(page).evaluate((node) => node.scrollWidth - node.clientWidth);
  expect(wide).toBeLessThanOrEqual(0);
});

test("an array takes its labels from the pickle beside it; a broken file is reported by name", async ({
  page,
}) => {
  await open(page, cpu);
  await painted(page);
  await drop(page, [
    fixture("clips_NCTVM.npy", "val_data_joint.npy"),
    fixture("clips_label.pkl", "val_label.pkl"),
  ]);
  await expect(rows(page)).toHaveCount(2);
  await expect(rows(page).nth(1)).toContainText("punch/slap");
  await rows(page).nth(1).click();
  await expect(page.locator("ciasa-scrubber output")).toContainText("/4");

  const whole = fixture("set_kinect.pkl");
  await drop(page, [{ name: "cut.pkl", bytes: whole.bytes.subarray(0, 40_000) }]);
  const notice = page.locator("ciasa-notice");
  await expect(notice).toContainText('"cut.pkl" is not a readable file of clips.');
  await expect(notice).toContainText("cut short");
  // The file before stays.
  await expect(page.getByRole("button", { name: "2 clips of val_data_joint.npy" })).toBeVisible();
});

test("frames of OpenPose become a clip once the picture's size is known", async ({ page }) => {
  await open(page, cpu);
  await painted(page);
  const frame = fixture("openpose_frame.json").bytes;
  const names = Array.from({ length: 12 }, (_, i) => `wave_${i}_keypoints.json`);
  await drop(
    page,
    names.map((name) => ({ name, bytes: frame })),
  );
  const question = page.locator("ciasa-size-dialog dialog");
  await expect(question).toContainText("How large is the picture?");
  await picture(page, "size-dialog");
  expect(await violations(page)).toEqual([]);
  await question.getByLabel("Width in pixels").fill("100");
  await question.getByLabel("Height in pixels").fill("100");
  await question.getByRole("button", { name: "Open" }).click();
  await expect(question.getByRole("alert")).toContainText("far outside a picture of 100x100");
  await question.getByRole("button", { name: "640 × 480" }).click();
  await question.getByRole("button", { name: "Open" }).click();
  await expect(question).toHaveCount(0);
  await expect(page.locator("ciasa-gallery li button", { hasText: "wave (12 frames)" })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  await expect(page.locator("ciasa-scrubber output")).toContainText("/12");
});

test("a compressed set opens like a plain one; a damaged one is reported by name", async ({ page }) => {
  await open(page, cpu);
  await painted(page);
  const packed = fixture("clips_ctrgcn_compressed.npz");
  const names: string[][] = [];
  for (const file of [fixture("clips_ctrgcn.npz"), packed]) {
    await drop(page, [file]);
    await expect(rows(page)).toHaveCount(2);
    names.push(await rows(page).allTextContents());
    await page.keyboard.press("Escape");
    await expect(dialog(page)).toHaveCount(0);
  }
  expect(names[1]).toEqual(names[0]);
  const damaged = Buffer.from(packed.bytes);
  // Inside the first array.
  damaged.writeUInt8(damaged.readUInt8(120) ^ 0x55, 120);
  await drop(page, [{ name: "damaged.npz", bytes: damaged }]);
  await expect(page.locator("ciasa-notice")).toContainText("damaged.npz");
  await expect(page.locator("ciasa-notice")).toContainText("is damaged");
});
