import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const browser = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"].find(
  (place) => place !== undefined && existsSync(place),
);
const port = Number(process.env.PORT ?? 8479);

export default defineConfig({
  testDir: "tests/e2e",
  outputDir: "test-results",
  // An engine at a time: each test computes for real, and a machine may have two cores.
  workers: 1,
  // Generous, as no test is about speed.
  timeout: 240_000,
  expect: { timeout: 120_000 },
  reporter: "list",
  use: {
    baseURL: `http://localhost:${port}`,
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      ...(browser ? { executablePath: browser } : {}),
      args: [
        "--no-sandbox",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--enable-unsafe-webgpu",
        // WebGL on a machine without a GPU.
        "--enable-unsafe-swiftshader",
      ],
    },
  },
  webServer: {
    command: `node web/scripts/start.mjs ${port}`,
    url: `http://localhost:${port}`,
    reuseExistingServer: false,
    timeout: 60_000,
  },
});
