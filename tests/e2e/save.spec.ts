// What a visitor takes along: pictures, a video, and one ZIP that the page opens again.
import { expect, type Page, test } from "@playwright/test";
import {
  after,
  attack,
  cpu,
  errorsOf,
  open,
  openSave,
  picture,
  recognised,
  saved,
  savedBytes,
  smallTargets,
  tabTo,
  violations,
} from "./helpers.ts";

const short = `${cpu}&stop=iterations&n=3&eps=0.07&seed=3&clip=synthetic-wave-1`;

/** Width and height of a PNG. */
const sizeOf = (png: Buffer) => [png.readUInt32BE(16), png.readUInt32BE(20)];

/** Names of the files in a ZIP, and a stored file's bytes. */
function unzipped(zip: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let at = 0; zip.readUInt32LE(at) === 0x04034b50; ) {
    const [size, name] = [zip.readUInt32LE(at + 18), zip.readUInt16LE(at + 26)];
    const start = at + 30 + name + zip.readUInt16LE(at + 28);
    files.set(zip.toString("utf8", at + 30, at + 30 + name), zip.subarray(start, start + size));
    at = start + size;
  }
  return files;
}

async function drop(page: Page, name: string, bytes: Buffer): Promise<void> {
  const files = await page.evaluateHandle(
    ([fileName, text]) => {
      const transfer = new DataTransfer();
      const content = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
      transfer.items.add(new File([content], fileName));
      return transfer;
    },
    [name, bytes.toString("base64")] as const,
  );
  await page.dispatchEvent("ciasa-playground", "drop", { dataTransfer: files });
}

/** The attack on the stage, as JSON. */
const onStage = (page: Page) =>
  page.evaluate(() => {
    const { session } = document.querySelector("ciasa-playground") as unknown as {
      session: { attack: Record<string, unknown> & { data: Float32Array }; clip: { data: Float32Array } };
    };
    const { config, reports, classes, end, data } = session.attack;
    // A file writes 32-bit numbers with as few digits as they need.
    const short = (_key: string, value: unknown) => (typeof value === "number" ? Math.fround(value) : value);
    const values = { data: [...data], clean: [...session.clip.data] };
    return JSON.stringify({ config, reports, classes, end, ...values }, short);
  });

test("a result as one file is opened again with clip, settings, steps and verdict", async ({ page }) => {
  const errors = errorsOf(page);
  await open(page, `${short}&mode=localized&region=arms`);
  await recognised(page);
  await attack(page);
  const [before, label] = [await onStage(page), await after(page)];
  const zip = await savedBytes(page, /^Everything, ZIP$/);
  const files = unzipped(zip);
  expect([...files.keys()].sort()).toEqual(
    [
      ...[
        "attacked.json",
        "attacked.npy",
        "clean.npy",
        "clip.json",
        "figures.csv",
        "result.json",
        "settings.json",
      ],
      ...["curves", "film", "view"].flatMap((name) => [`pictures/${name}.png`, `pictures/${name}.svg`]),
    ].sort(),
  );
  expect(JSON.parse(String(files.get("settings.json"))).iterations).toBe(3);
  expect(String(files.get("figures.csv")).trim().split("\n").length).toBe(4);

  // On another page, which shows another clip with other settings.
  await open(page, `${cpu}&mode=advanced&clip=synthetic-squat-1`);
  await page.reload();
  await recognised(page);
  await drop(page, "a.zip", zip);
  await expect(page.locator("ciasa-verdict")).toContainText(label);
  expect(await onStage(page)).toBe(before);
  await recognised(page);
  await expect(page.locator("ciasa-attack-panel")).toContainText("Only a region moves");
  await expect(page.locator("ciasa-run-bar p")).toHaveText(/^Step 3 of 3/);
  await expect(page.locator("ciasa-curves").first()).toContainText("step 3");
  await picture(page, "save-opened");
  // The restored settings give the same attack again.
  await attack(page);
  expect(await onStage(page)).toBe(before);
  expect(errors).toEqual([]);
});

test("a result leaves the device to who opens it", async ({ page }) => {
  await open(page, short);
  await recognised(page);
  const zip = await savedBytes(page, /^Everything, ZIP$/);
  expect(zip.toString("latin1")).toContain("engine=cpu");
  await page.goto("about:blank");
  await open(page, "mode=advanced");
  await expect(page.locator("canvas.painted")).toBeVisible();
  await drop(page, "a.zip", zip);
  await expect.poll(() => page.url()).toContain("n=3");
  expect(page.url()).not.toContain("engine=");
});

test("a broken result is refused by the name of its part, and the stage stays", async ({ page }) => {
  await open(page, short);
  await recognised(page);
  const zip = await savedBytes(page, /^Everything, ZIP$/);
  const text = zip.toString("latin1").replace('"version": 1', '"version": 7');
  await drop(page, "newer.zip", Buffer.from(text, "latin1"));
  const notice = page.locator("ciasa-notice");
  await expect(notice).toContainText('"newer.zip" is not a readable result of this playground.');
  await expect(notice).toContainText("result.json, version: is 7");
  await drop(page, "cut.zip", zip.subarray(0, 3000));
  await expect(notice).toContainText('"cut.zip" is not a readable result');
  // Its name stands in the notice once.
  expect(((await notice.locator(".bar").textContent()) ?? "").match(/cut\.zip/g)?.length).toBe(1);
});

test("view, film strip and curves are saved as PNG and SVG, and the stage stays as it was", async ({
  page,
}) => {
  await open(page, `${short}&view=side&f=20`);
  await recognised(page);
  await attack(page);
  await openSave(page);
  const canvas = page.locator("ciasa-stage canvas");
  const still = await canvas.screenshot();
  for (const [name, wide] of [
    ["View", 2400],
    ["Film strip", 2400],
    ["Curves", 1920],
  ] as const) {
    const png = await savedBytes(page, new RegExp(`^${name}, PNG$`));
    expect(sizeOf(png)[0]).toBeGreaterThan(wide - 3);
    expect(png.length).toBeGreaterThan(20_000);
    const svg = await saved(page, new RegExp(`^${name}, SVG$`));
    const paths = await page.evaluate((source) => {
      const made = new DOMParser().parseFromString(source, "image/svg+xml");
      return made.querySelector("parsererror") ? -1 : made.querySelectorAll("path").length;
    }, svg);
    expect(paths).toBeGreaterThan(5);
  }
  expect((await canvas.screenshot()).equals(still)).toBe(true);
});

test("the view is recorded as a video that plays and moves", async ({ page }) => {
  await open(page, `${short}&speed=1`);
  await recognised(page);
  await attack(page);
  await openSave(page);
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "Video of the view" }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toMatch(/^[a-z0-9-]+-attacked\.(webm|mp4)$/);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  const played = await page.evaluate(async (text) => {
    const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    const video = document.createElement("video");
    video.muted = true;
    video.src = URL.createObjectURL(new Blob([bytes], { type: "video/webm" }));
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d");
    const sums: number[] = [];
    await new Promise<void>((resolve, reject) => {
      video.addEventListener("error", () => reject(new Error("the video does not play")));
      video.addEventListener("ended", () => resolve());
      video.addEventListener("timeupdate", () => {
        Object.assign(canvas, { width: video.videoWidth, height: video.videoHeight });
        context?.drawImage(video, 0, 0);
        const data = context?.getImageData(0, 64, canvas.width, canvas.height - 64).data ?? [];
        let sum = 0;
        for (let i = 0; i < data.length; i += 1) sum = (sum + (data[i] ?? 0) * (i % 997)) % 1e9;
        sums.push(sum);
      });
      void video.play();
    });
    return { width: video.videoWidth, height: video.videoHeight, at: video.currentTime, sums };
  }, Buffer.concat(chunks).toString("base64"));
  expect(played.width).toBe(1280);
  expect(played.height % 2).toBe(0);
  expect(played.at).toBeGreaterThan(0.4);
  expect(new Set(played.sums).size).toBeGreaterThan(1);
  await expect(page.getByRole("button", { name: "Video of the view" })).toBeVisible();
});

test("a video can be cancelled, and a browser without an encoder writes a GIF", async ({ page }) => {
  await open(page, `${short}&speed=0.1`);
  await recognised(page);
  await openSave(page);
  await page.getByRole("button", { name: "Video of the view" }).click();
  await expect(page.getByRole("progressbar", { name: "Recording the video" })).toBeVisible();
  await page.getByRole("button", { name: "Cancel the video" }).click();
  await expect(page.getByRole("button", { name: "Video of the view" })).toBeVisible();
  await expect(page.locator("ciasa-notice")).toHaveCount(0);

  await page.addInitScript(() => Reflect.deleteProperty(window, "MediaRecorder"));
  await page.reload();
  await recognised(page);
  await openSave(page);
  await expect(page.locator("ciasa-save")).toContainText("This browser has no video encoder");
  // The bare clip at its own speed.
  await page.evaluate(() => {
    location.hash = location.hash.replace("speed=0.1", "speed=1");
  });
  await page.reload();
  await recognised(page);
  await openSave(page);
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: "Video of the view" }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toMatch(/\.gif$/);
  const bytes: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) bytes.push(chunk as Buffer);
  const gif = await page.evaluate(async (text) => {
    const data = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    const decoder = new ImageDecoder({ data, type: "image/gif" });
    await decoder.tracks.ready;
    const count = decoder.tracks.selectedTrack?.frameCount ?? 0;
    const sums: number[] = [];
    let milliseconds = 0;
    for (let frameIndex = 0; frameIndex < count; frameIndex += 1) {
      const { image } = await decoder.decode({ frameIndex });
      milliseconds += (image.duration ?? 0) / 1000;
      const pixels = new Uint8Array(image.allocationSize({ format: "RGBA" }));
      await image.copyTo(pixels, { format: "RGBA" });
      sums.push(pixels.reduce((sum, value, i) => (sum + value * (i % 997)) % 1e9, 0));
    }
    return { count, milliseconds, sums };
  }, Buffer.concat(bytes).toString("base64"));
  const { frames, fps } = await page.evaluate(() => {
    const element = document.querySelector("ciasa-playground") as unknown as {
      session: { clip: { frames: number; fps: number } };
    };
    return element.session.clip;
  });
  expect(gif.milliseconds).toBeCloseTo((frames / fps) * 1000, -2);
  expect(gif.count).toBe(Math.round(frames * Math.min(1, 25 / fps)));
  expect(new Set(gif.sums).size).toBeGreaterThan(gif.count / 2);
});

test("the attacked motion of a clip without a BVH file is saved as BVH", async ({ page }) => {
  await open(page, short);
  await recognised(page);
  await attack(page);
  const bvh = await saved(page, /Attacked clip, BVH/);
  expect(bvh).toMatch(/^HIERARCHY\nROOT Hips/);
  const notice = page.locator("ciasa-notice");
  await expect(notice).toContainText(/follow the clip's joints to within \d+\.\d mm/);
  const residual = Number(
    /within\s+(\d+\.\d) mm/.exec((await notice.locator(".bar").textContent()) ?? "")?.[1],
  );
  expect(residual).toBeLessThan(3);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`the menu is opened, used and closed by keyboard (${colorScheme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await open(page, short);
    await recognised(page);
    await attack(page);
    await page.getByRole("combobox", { name: "Play speed" }).focus();
    await tabTo(page, /^Save$/);
    await page.keyboard.press("Enter");
    await tabTo(page, /^Settings, JSON$/);
    const waiting = page.waitForEvent("download");
    await page.keyboard.press("Enter");
    expect((await waiting).suggestedFilename()).toContain("-settings.json");
    expect(await violations(page)).toEqual([]);
    await picture(page, `save-${colorScheme}`);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("button", { name: "Settings, JSON" })).toHaveCount(0);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("button", { name: "Settings, JSON" })).toBeVisible();
  });
}

test("the menu fits a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, short);
  await recognised(page);
  await openSave(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  expect(await smallTargets(page)).toEqual([]);
  await page.locator("ciasa-exports").scrollIntoViewIfNeeded();
  await picture(page, "save-390");
});
