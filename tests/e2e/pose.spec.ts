// The pose estimator: a drawn person is found, in the picture and in metres; loading can be cancelled and can fail.
import { expect, type Page, test } from "@playwright/test";
import { motion, pictures, ROOM } from "./drawn-person.ts";
import { cpu, errorsOf, open, painted, recognised } from "./helpers.ts";

interface Options {
  people?: number;
  variant?: "lite" | "full";
  /** Cancel at the first progress. */
  cancel?: boolean;
}

/** What the page finds in pictures, `apart` milliseconds apart. */
function found(page: Page, jpegs: Buffer[], options: Options = {}, apart = 100) {
  const texts = jpegs.map((jpeg) => jpeg.toString("base64"));
  return page.evaluate(
    async ([coded, { cancel, ...rest }, step]) => {
      interface Estimator {
        detect(image: ImageBitmap, time: number): Promise<{ picture: Float32Array; world: Float32Array }[]>;
        close(): void;
      }
      const { session } = document.querySelector("ciasa-playground") as unknown as {
        session: { estimator(options: object): Promise<Estimator> };
      };
      const stop = new AbortController();
      let loaded = 0;
      const progress = (bytes: number) => {
        loaded = bytes;
        if (cancel) stop.abort();
      };
      const estimator = await session
        .estimator({ ...rest, progress, signal: stop.signal })
        .catch((failure) => failure);
      if (estimator instanceof Error)
        return {
          failure: [(estimator as Error & { kind: string }).kind, estimator.message],
          loaded,
          frames: [],
          fps: 0,
        };
      const frames: { picture: number[]; world: number[] }[][] = [];
      const images = await Promise.all(
        coded.map(async (text) => {
          const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
          return createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
        }),
      );
      let start = 0;
      for (const [index, image] of images.entries()) {
        const poses = await estimator.detect(image, index * step);
        frames.push(
          poses.map(({ picture, world }: { picture: Float32Array; world: Float32Array }) => ({
            picture: [...picture],
            world: [...world],
          })),
        );
        // The first picture compiles and warms up.
        if (index === 0) start = performance.now();
      }
      const fps = (1000 * (images.length - 1)) / (performance.now() - start);
      estimator.close();
      const late = await estimator
        .detect(await createImageBitmap(new ImageData(8, 8)), 0)
        .catch((error: Error) => error);
      return { failure: [(late as Error & { kind: string }).kind], loaded, frames, fps };
    },
    [texts, options, apart] as const,
  );
}

test("a drawn person is found in the picture and in metres, from the page's own files", async ({
  page,
  baseURL,
}) => {
  const errors = errorsOf(page);
  const foreign: string[] = [];
  page.on("request", (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(`${baseURL}/`))
      foreign.push(request.url());
  });
  // Nothing else computes meanwhile.
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page, cpu);
  await recognised(page);
  const clip = motion("synthetic-wave-1");
  const frames = clip.frames.filter((_, index) => index % 3 === 0);
  const seen = await found(page, await pictures(page, { ...clip, frames }, ROOM), {}, 100);
  expect(seen.frames.map((poses) => poses.length)).toEqual(frames.map(() => 1));
  // The drawing scales a metre to 0.42 of the picture's height, with the hips at 0.52.
  const scale = 0.42;
  let [error, count] = [0, 0];
  for (const [t, [pose]] of seen.frames.entries()) {
    const joints = frames[t] ?? [];
    const [hipX = 0, hipY = 0] = joints[0] ?? [];
    // Shoulders, elbows, wrists, knees, ankles: Kinect's joint, MediaPipe's landmark.
    for (const [kinect, landmark] of [
      [4, 11],
      [8, 12],
      [5, 13],
      [9, 14],
      [6, 15],
      [10, 16],
      [13, 25],
      [17, 26],
      [14, 27],
      [18, 28],
    ] as const) {
      const [x = 0, y = 0] = joints[kinect] ?? [];
      const wanted = [0.5 - scale * (x - hipX), 0.52 - scale * (y - hipY)];
      const got = pose?.picture.slice(3 * landmark, 3 * landmark + 2) ?? [];
      error += Math.hypot((got[0] ?? 9) - (wanted[0] ?? 0), (got[1] ?? 9) - (wanted[1] ?? 0));
      count += 1;
    }
  }
  expect(error / count / scale, "mean error in metres").toBeLessThan(0.08);
  const [first] = seen.frames[4] ?? [];
  const at = (landmark: number) => first?.world.slice(3 * landmark, 3 * landmark + 3) ?? [];
  const hips = [0, 1, 2].map((c) => ((at(23)[c] ?? 9) + (at(24)[c] ?? 9)) / 2);
  expect(Math.hypot(...hips)).toBeLessThan(0.03);
  // y points down, and the left side of a person who faces the camera is to the right.
  expect(at(11)[1]).toBeLessThan(-0.2);
  expect(at(27)[1]).toBeGreaterThan(0.4);
  expect((at(11)[0] ?? 0) - (at(12)[0] ?? 0)).toBeGreaterThan(0.15);
  expect(seen.failure).toEqual(["cancelled"]);
  console.log(`  lite model: ${seen.fps.toFixed(1)} pictures of 320 x 320 a second`);
  expect(foreign).toEqual([]);
  expect(errors).toEqual([]);
});

test("an empty room has nobody, and of two people both are found", async ({ page }) => {
  await open(page, cpu);
  await painted(page);
  const clip = motion("synthetic-wave-1");
  const one = { ...clip, frames: clip.frames.slice(0, 4) };
  const empty = await found(page, await pictures(page, one, { ...ROOM, people: [] }));
  expect(empty.frames.map((poses) => poses.length)).toEqual([0, 0, 0, 0]);
  const wide = { ...ROOM, width: 480, people: [0.27, 0.73] };
  const two = await found(page, await pictures(page, one, wide), { people: 2 });
  expect(two.frames.at(-1)?.length).toBe(2);
});

test("loading is cancelled, and a missing model is named", async ({ page }) => {
  await open(page, cpu);
  await painted(page);
  const stopped = await found(page, [], { cancel: true });
  expect(stopped.failure).toEqual(["cancelled", "cancelled"]);
  await page.route("**/pose-lite.task", (route) => route.fulfill({ status: 404, body: "not found" }));
  const missing = await found(page, []);
  expect(missing.failure).toEqual(["network", "/pose/pose-lite.task: the server answered 404"]);
});
