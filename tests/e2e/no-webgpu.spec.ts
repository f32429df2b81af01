import { expect, test } from "@playwright/test";
import { attack, errorsOf, open, recognised } from "./helpers.ts";

const engineOf = (address: string) => /\/((?:cpu-)?engine)_bg[^/]*\.wasm$/.exec(address)?.[1];

test.use({
  launchOptions: async ({ launchOptions }, use) => {
    const args = (launchOptions.args ?? []).filter((one) => one !== "--enable-unsafe-webgpu");
    await use({
      ...launchOptions,
      args: [...args, "--disable-features=WebGPU,WebGPUService", "--disable-webgpu"],
    });
  },
});

test("without WebGPU the CPU computes, and the badge says so", async ({ page }) => {
  const errors = errorsOf(page);
  const engines: (string | undefined)[] = [];
  page.on("request", (request) => engines.push(engineOf(request.url())));
  await open(page, "stop=iterations&n=2");
  await recognised(page);
  await expect(page.locator("ciasa-engine-badge summary")).toContainText("CPU");
  await attack(page);
  // The code for GPUs is three quarters of the download that this visitor does not need.
  expect(engines.filter(Boolean)).toEqual(["cpu-engine"]);
  expect(errors).toEqual([]);
});

test("without WebGPU a wish for it is refused with the reason", async ({ page }) => {
  await open(page, "engine=webgpu");
  await expect(page.locator("ciasa-notice")).toContainText("WebGPU");
  await page.locator("ciasa-notice").getByRole("button", { name: "Use the CPU instead" }).click();
  await recognised(page);
});
