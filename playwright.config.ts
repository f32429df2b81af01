import { existsSync, readFileSync } from "node:fs";
import { defineConfig } from "@playwright/test";

/** Flags of Chromium that Rust's browser tests use, too; whether there is a window is Playwright's to choose. */
const driver = JSON.parse(readFileSync("crate/webdriver.json", "utf8"));
const flags: string[] = driver["goog:chromeOptions"].args.filter(
  (flag: string) => !flag.startsWith("--headless"),
);
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
    // A page behind a service worker asks it for files, and tests could not answer for the server.
    serviceWorkers: "block",
    launchOptions: {
      ...(browser ? { executablePath: browser } : {}),
      // With WebGL on a machine without a GPU.
      args: [...flags, "--enable-unsafe-swiftshader"],
    },
  },
  webServer: {
    command: `node web/scripts/serve.mjs ${port}`,
    url: `http://localhost:${port}`,
    reuseExistingServer: false,
    timeout: 60_000,
  },
});
