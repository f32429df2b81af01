// The camera, with Chromium's fake one that shows a drawn person: from the permission to a flipped label, live and
// recorded; what can fail; and a video file. Nothing may leave the page.
import { writeFileSync } from "node:fs";
import { type Browser, chromium, expect, type Page, test } from "@playwright/test";
import { REMARKS, remarkOn } from "../../web/src/camera/remark.ts";
import type { CameraSession } from "../../web/src/camera/session.ts";
import { motion, pictures, ROOM } from "./drawn-person.ts";
import {
  after,
  attack,
  before,
  cpu,
  errorsOf,
  open,
  painted,
  picture,
  recognised,
  underPolicy,
  violations,
} from "./helpers.ts";

/** Seconds over which rates are counted. */
const WATCHED = 10;
const DEVICE = "--use-fake-device-for-media-stream";
const ALLOWED = "--use-fake-ui-for-media-stream";

/** Pictures of a person who waves, to and fro, so that a repetition has no jump. */
async function waving(page: Page): Promise<Buffer[]> {
  const clip = motion("synthetic-wave-1");
  const jpegs = await pictures(page, clip, ROOM);
  return [...jpegs, ...jpegs.slice(1, -1).reverse()];
}

/** Opens a browser with these flags, and a page in it. */
async function opened(
  launch: Parameters<typeof chromium.launch>[0],
  flags: string[],
  baseURL = "",
): Promise<{ browser: Browser; page: Page; foreign: string[]; errors: string[] }> {
  const browser = await chromium.launch({ ...launch, args: [...(launch?.args ?? []), ...flags] });
  const page = await browser.newPage({
    reducedMotion: "reduce",
    viewport: { width: 1440, height: 900 },
    baseURL,
  });
  return { browser, page, foreign: foreignOf(page, baseURL), errors: errorsOf(page) };
}

/** Collects requests to others than the own origin. */
function foreignOf(page: Page, own = ""): string[] {
  const found: string[] = [];
  page.on("request", (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(`${own}/`))
      found.push(request.url());
  });
  return found;
}

const dialog = (page: Page) => page.getByRole("dialog");

/** Presses the button that opens the camera's dialog, then the one that asks for the camera. */
async function allow(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Use your camera" }).click();
  await dialog(page).getByRole("button", { name: "Allow the camera" }).click();
}

/** Watches the running camera: pictures and answers a second, and the share of the answers that are flipped. */
async function watched(page: Page, seconds: number) {
  return await page.evaluate(async (seconds) => {
    const session = (
      document.querySelector("ciasa-playground") as unknown as {
        session: { camera: { session: CameraSession } };
      }
    ).session.camera.session;
    let [pictures, answers, flipped] = [0, 0, 0];
    let [people, answer] = [session.people, session.answer];
    const count = () => {
      if (session.people !== people) pictures += 1;
      if (session.answer && session.answer !== answer) {
        answers += 1;
        const { clean, attacked } = session.answer;
        if (attacked && clean[0]?.index !== attacked[0]?.index) flipped += 1;
      }
      [people, answer] = [session.people, session.answer];
    };
    session.addEventListener("change", count);
    await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
    session.removeEventListener("change", count);
    return {
      pictures: pictures / seconds,
      answers: answers / seconds,
      flipped: flipped / Math.max(1, answers),
    };
  }, seconds);
}

test("from the permission to a flipped label, live and recorded", async ({
  page: artist,
  launchOptions,
  baseURL,
}) => {
  test.setTimeout(480_000);
  await artist.goto("about:blank");
  const file = test.info().outputPath("waving.mjpeg");
  writeFileSync(file, Buffer.concat(await waving(artist)));
  const flags = [DEVICE, ALLOWED, `--use-file-for-fake-video-capture=${file}`];
  const { browser, page, foreign, errors } = await opened(launchOptions, flags, baseURL);
  try {
    await open(page, `${cpu}&n=30`);
    await recognised(page);
    await page.getByRole("button", { name: "Use your camera" }).focus();
    await page.keyboard.press("Enter");
    await expect(dialog(page)).toContainText("sent nowhere");
    expect(await violations(page)).toEqual([]);
    await picture(page, "camera-asking");
    // The first button has the focus.
    await page.keyboard.press("Enter");

    const live = page.locator("ciasa-camera-live");
    await expect(live.locator(".remark")).toHaveText("Your skeleton is found.");
    const clean = live.locator(".answer.clean strong");
    await expect(clean).not.toBeEmpty();
    const calm = await watched(page, WATCHED);
    await live.getByRole("switch", { name: "Attack me" }).press("Space");
    await expect(live.locator(".answer.flipped strong")).not.toBeEmpty();
    await expect(live.locator(".answers")).toContainText("attacks a second");
    const attacked = await watched(page, WATCHED);
    const words = ({ pictures, answers }: typeof calm) =>
      `${pictures.toFixed(1)} pictures and ${answers.toFixed(1)} answers a second`;
    console.log(
      `  ${WATCHED} s each. Live: ${words(calm)}. Attacked: ${words(attacked)}, ` +
        `${(attacked.answers * attacked.flipped).toFixed(1)} of them flipped.`,
    );
    expect(calm.flipped).toBe(0);
    // The attack goes on from window to window: most stay flipped.
    expect(attacked.flipped).toBeGreaterThan(0.5);
    expect(await violations(page)).toEqual([]);
    await picture(page, "camera-live");

    await live.getByRole("combobox", { name: "Length of the recording" }).selectOption("3");
    await live.getByRole("checkbox", { name: "Keep the video" }).check();
    await live.getByRole("button", { name: "Record" }).press("Enter");
    const trim = page.locator("ciasa-camera-trim");
    await expect(trim.getByRole("button", { name: "Use this clip" })).toBeEnabled();
    const frames = async () => Number(await trim.locator("p .number").first().textContent());
    const whole = await frames();
    expect(whole).toBeGreaterThan(60);
    await trim.getByRole("slider", { name: "Start" }).press("PageUp");
    await expect.poll(frames).toBeLessThan(whole);
    expect(await violations(page)).toEqual([]);
    await picture(page, "camera-trim");
    const saved = page.waitForEvent("download");
    await trim.getByRole("button", { name: "Save the video" }).click();
    expect((await saved).suggestedFilename()).toMatch(/^camera\.(webm|mp4)$/);
    await trim.getByRole("button", { name: "Use this clip" }).press("Enter");

    await expect(dialog(page)).toHaveCount(0);
    const mine = page.locator("ciasa-gallery li button", { hasText: "Camera" });
    await expect(mine).toHaveAttribute("aria-pressed", "true");
    const seen = await recognised(page);
    expect(seen).not.toBe("");
    await attack(page);
    expect(await after(page)).not.toBe(seen);
    expect(await before(page)).toBe(seen);
    await picture(page, "camera-attacked");
    expect(foreign).toEqual([]);
    expect(errors).toEqual([]);
  } finally {
    await browser.close();
  }
});

test("a refused permission and a missing camera are said, and a video file is offered", async ({
  page,
  launchOptions,
  baseURL,
}) => {
  await open(page, `${cpu}`);
  await painted(page);
  await allow(page);
  await expect(dialog(page).getByRole("alert")).toContainText("No camera was found");
  await expect(dialog(page).getByRole("button", { name: "Try again" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Use your camera" })).toBeFocused();

  const refused = await opened(launchOptions, [DEVICE, "--deny-permission-prompts"], baseURL);
  try {
    await open(refused.page, cpu);
    await painted(refused.page);
    await allow(refused.page);
    await expect(dialog(refused.page).getByRole("alert")).toContainText(
      "The browser refused the camera. Allow it",
    );
    await expect(dialog(refused.page).getByRole("button", { name: "Open a video file" })).toBeVisible();
    expect(await violations(refused.page)).toEqual([]);
    await picture(refused.page, "camera-refused");
    await dialog(refused.page).getByRole("button", { name: "Close", exact: true }).click();
    // The page goes on as before.
    await recognised(refused.page);
  } finally {
    await refused.browser.close();
  }
});

test("nobody in the picture, a cancelled load and a missing model are said, and nothing stays stuck", async ({
  launchOptions,
  baseURL,
}) => {
  // Chromium's own fake picture shows no person.
  const { browser, page } = await opened(launchOptions, [DEVICE, ALLOWED], baseURL);
  try {
    await open(page, cpu);
    await recognised(page);
    const seen = await before(page);
    let missing = true;
    await page.route("**/pose-lite.task", async (route) => {
      if (missing) return route.fulfill({ status: 404, body: "not found" });
      // Slow enough to be cancelled.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      return route.continue();
    });
    await allow(page);
    await expect(dialog(page).getByRole("alert")).toContainText(
      "/pose/pose-lite.task: the server answered 404",
    );
    missing = false;
    await dialog(page).getByRole("button", { name: "Try again" }).click();
    await dialog(page).getByRole("button", { name: "Cancel" }).click();
    await dialog(page).getByRole("button", { name: "Allow the camera" }).click();
    await expect(page.locator("ciasa-camera-live .remark")).toHaveText(REMARKS.nobody);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await violations(page)).toEqual([]);
    await picture(page, "camera-nobody-phone");
    await page.keyboard.press("Escape");
    await expect(dialog(page)).toHaveCount(0);
    await recognised(page);
    expect(await before(page)).toBe(seen);
  } finally {
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await browser.close();
  }
});

// Downloads that are under way when a test ends have no page to go to.
test.afterEach(({ page }) => page.unrouteAll({ behavior: "ignoreErrors" }));

test("a dropped video file becomes a clip under the hosts' policy; it can be cancelled; a broken one is named", async ({
  page,
  baseURL,
}) => {
  const errors = errorsOf(page);
  const foreign = foreignOf(page, baseURL);
  await underPolicy(page);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page, cpu);
  await recognised(page);
  const jpegs = (await waving(page)).slice(0, 64).map((jpeg) => jpeg.toString("base64"));
  /** Films the pictures in the page and drops the file, or a broken one, on the playground. */
  const drop = (name: string, broken = false) =>
    page.evaluate(
      async ([coded, fileName, cut]) => {
        const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 320 });
        const context = canvas.getContext("2d");
        const images = await Promise.all(
          coded.map((text) => {
            const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
            return createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
          }),
        );
        context?.drawImage(images[0] as ImageBitmap, 0, 0);
        const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: "video/webm" });
        const chunks: Blob[] = [];
        recorder.ondataavailable = (event) => chunks.push(event.data);
        const stopped = new Promise((resolve) => {
          recorder.onstop = resolve;
        });
        if (!cut) {
          recorder.start();
          for (const image of images) {
            context?.drawImage(image, 0, 0);
            await new Promise((resolve) => setTimeout(resolve, 33));
          }
          recorder.stop();
          await stopped;
        }
        const transfer = new DataTransfer();
        transfer.items.add(new File(cut ? ["no video"] : chunks, fileName, { type: "video/webm" }));
        const element = document.querySelector("ciasa-playground");
        element?.dispatchEvent(
          new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }),
        );
      },
      [jpegs, name, broken] as const,
    );

  await drop("broken.webm", true);
  await expect(dialog(page).getByRole("alert")).toContainText("The browser cannot play broken.webm");
  await dialog(page).getByRole("button", { name: "Close", exact: true }).click();

  await drop("mine.webm");
  await expect(dialog(page)).toContainText(/Looking at picture [1-9]\d* of \d+ of mine\.webm/);
  await dialog(page).getByRole("button", { name: "Cancel" }).click();
  await expect(dialog(page)).toHaveCount(0);

  await drop("mine.webm");
  const trim = page.locator("ciasa-camera-trim");
  await trim.getByRole("radio", { name: "OpenPose, in the picture" }).check();
  await trim.getByRole("button", { name: "Use this clip" }).click();
  const mine = page.locator("ciasa-gallery li button", { hasText: "mine.webm" });
  await expect(mine).toHaveAttribute("aria-pressed", "true");
  expect(await recognised(page)).not.toBe("");
  await picture(page, "camera-video");
  expect(foreign).toEqual([]);
  expect(errors).toEqual([]);
});

test("dark pictures, hidden bodies and several people get remarks of their own", () => {
  const pose = (visibility: number) => {
    const landmarks = Array.from({ length: 33 }, () => [0.5, 0.5, visibility]);
    return { picture: Float32Array.from(landmarks.flat()), world: new Float32Array(99) };
  };
  expect(remarkOn([pose(0.9)], 120, false)).toBeNull();
  expect(remarkOn([pose(0.9)], 10, false)).toBeNull();
  expect(remarkOn([], 120, false)).toBe("nobody");
  expect(remarkOn([], 10, false)).toBe("dark");
  expect(remarkOn([pose(0.3)], 120, false)).toBe("hidden");
  expect(remarkOn([pose(0.3)], 10, false)).toBe("dark");
  expect(remarkOn([pose(0.9)], 120, true)).toBe("several");
});
