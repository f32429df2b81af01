import { expect, test } from "@playwright/test";
import { attack, errorsOf, open, recognised } from "./helpers.ts";

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
  await open(page, "stop=iterations&n=2");
  await recognised(page);
  await expect(page.locator("ciasa-engine-badge summary")).toContainText("CPU");
  await attack(page);
  expect(errors).toEqual([]);
});
