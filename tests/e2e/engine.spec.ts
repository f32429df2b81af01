import { expect, type Page, test } from "@playwright/test";
import { attack, cpu, open, painted, recognised } from "./helpers.ts";

/** Destroys the GPU device in the worker, as a crashing driver does. */
const loseDevice = (page: Page) =>
  page.evaluate(() => {
    const element = document.querySelector("ciasa-playground") as unknown as {
      session: { engine: { loseDevice(): Promise<boolean> } };
    };
    return element.session.engine.loseDevice();
  });

/** The device that computes, once the engine has started. */
const device = (page: Page) =>
  page.evaluate(() => {
    const element = document.querySelector("ciasa-playground") as unknown as {
      session?: { engine: { state: { backend: { kind: string } | null } } };
    };
    return element.session?.engine.state.backend?.kind;
  });

test("the badge names the device and the reason for it", async ({ page }) => {
  await open(page);
  await recognised(page);
  const badge = page.locator("ciasa-engine-badge");
  await expect(badge.locator("summary")).toContainText(/CPU|GPU/);
  await badge.locator("summary").click();
  // An emulated GPU is measured as well.
  await expect(badge.locator(".panel .hint").first()).toContainText(
    /^measured: (.*\d ms on the CPU, .*\d m?s (on|from) the GPU|\d+ ms .* on the GPU, \d+ ms on the CPU)/,
  );
});

test("a GPU compiles the shaders of an attack before the attack starts", async ({ page }) => {
  await open(page, "engine=webgpu&stop=iterations&n=1");
  await recognised(page);
  // On a CPU there would be nothing to compile.
  expect(await device(page)).toBe("webgpu");
  const module = await page.evaluate(() => {
    const element = document.querySelector("ciasa-playground") as unknown as {
      session: { engine: { state: { module: string } } };
    };
    return element.session.engine.state.module;
  });
  expect(module).toMatch(/\/engine_bg[^/]*\.wasm$/);
  // Calls are answered in order, so this answer comes after the warm-up.
  await page.evaluate(async () => {
    const element = document.querySelector("ciasa-playground") as unknown as {
      session: { clip: unknown; engine: { recognise(clip: unknown): Promise<unknown> } };
    };
    await element.session.engine.recognise(element.session.clip);
  });
  const worker = page.workers().find((one) => one.url().includes("worker"));
  if (!worker) throw new Error("the engine has no worker");
  await worker.evaluate(() => {
    const gpu = (self as unknown as { GPUDevice: { prototype: Record<string, unknown> } }).GPUDevice
      .prototype;
    const make = gpu.createShaderModule as (...all: unknown[]) => unknown;
    Object.assign(self, { compiled: 0 });
    gpu.createShaderModule = function (...all: unknown[]) {
      (self as unknown as { compiled: number }).compiled += 1;
      return make.apply(this, all);
    };
  });
  await attack(page);
  expect(await device(page)).toBe("webgpu");
  expect(await worker.evaluate(() => (self as unknown as { compiled: number }).compiled)).toBe(0);
});

test("a lost GPU is reported, and the CPU continues with the clip and the settings", async ({ page }) => {
  // Lost while the network is loading or recognising; the browser tests of the engine lose one before an attack.
  test.setTimeout(600_000);
  await open(page, "engine=webgpu&stop=iterations&n=2&eps=0.04");
  const badge = page.locator("ciasa-engine-badge summary");
  await expect.poll(() => device(page), { timeout: 300_000 }).toBe("webgpu");
  expect(await loseDevice(page)).toBe(true);
  const notice = page.locator("ciasa-notice");
  await expect(notice).toContainText("Kept", { timeout: 300_000 });
  await notice.getByRole("button", { name: "Use the CPU instead" }).click();
  await expect(badge).toContainText("CPU");
  await recognised(page);
  const hash = new URL(page.url()).hash;
  expect(hash).toContain("engine=cpu");
  expect(hash).toContain("eps=0.04");
  await attack(page);
});

test("weights that arrive after the engine has stopped do not make it look ready", async ({ page }) => {
  let release = () => {};
  const stopped = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/models\/.*\.safetensors$/, async (route) => {
    await stopped;
    await route.continue();
  });
  // An empty module: it compiles, but has no engine in it.
  const body = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  await page.route(/engine_bg[^/]*\.wasm$/, (route) =>
    route.fulfill({ body, contentType: "application/wasm" }),
  );
  await open(page, cpu);
  await expect(page.locator("ciasa-notice")).toContainText("The engine stopped.");
  const weights = page.waitForResponse(/\.safetensors$/);
  release();
  await (await weights).finished();
  await expect(page.locator("ciasa-run-bar p")).toHaveText("The engine stopped. Start it again to attack.");
  await page.waitForTimeout(500);
  await expect(page.locator("ciasa-engine-badge summary")).toHaveText("Engine stopped");
});

test("changing the device restarts the engine with the same recogniser", async ({ page }) => {
  await open(page, `${cpu}&stop=iterations&n=1`);
  const clean = await recognised(page);
  await page.locator("ciasa-engine-badge summary").click();
  await page.getByRole("radio", { name: /Automatic/ }).check();
  await expect(page.locator("ciasa-run-bar p")).toHaveText("Ready.");
  expect(await recognised(page)).toBe(clean);
  await attack(page);
});

test("a failed download of a model is reported and can be repeated", async ({ page }) => {
  let blocked = true;
  await page.route(/models\/.*\.safetensors$/, (route) => (blocked ? route.abort() : route.continue()));
  await open(page, cpu);
  await painted(page);
  const notice = page.locator("ciasa-notice");
  await expect(notice).toContainText("The recogniser did not answer.");
  blocked = false;
  await notice.getByRole("button", { name: "Try again" }).click();
  await recognised(page);
});
