// The page on static hosts: under the documented policy, opened as a file, and with wrong types.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { chromium, expect, test } from "@playwright/test";
import { attack, cpu, errorsOf, hostHeaders, open, recognised, underPolicy } from "./helpers.ts";

const headers = hostHeaders();

// Downloads that are under way when a test ends have no page to go to.
test.afterEach(({ page }) => page.unrouteAll({ behavior: "ignoreErrors" }));

test("under the documented Content-Security-Policy an attack takes a step", async ({ page }) => {
  const errors = errorsOf(page);
  await underPolicy(page);
  await open(page, `${cpu}&mode=one-step`);
  await recognised(page);
  await attack(page);
  expect(errors).toEqual([]);
});

test("under that policy a link opens a file of another origin", async ({ page }) => {
  const errors = errorsOf(page);
  await underPolicy(page);
  const body = readFileSync("web/public/clips/synthetic-wave-1.json", "utf8");
  const cors = { "Access-Control-Allow-Origin": "*" };
  await page.route("https://files.example/**", (route) => route.fulfill({ body, headers: cors }));
  await page.goto(`/?clip=https://files.example/mine.json#${cpu}`);
  await expect(page.locator("ciasa-gallery")).toContainText("mine.json");
  await recognised(page);
  expect(errors).toEqual([]);
});

test("EMBED.md states the policy and the headers that the build writes", () => {
  const embed = readFileSync("docs/EMBED.md", "utf8").replaceAll(/\s+/g, " ");
  expect(embed).toContain(headers["Content-Security-Policy"]);
  expect(readFileSync("dist/.htaccess", "utf8")).toContain(headers["Content-Security-Policy"]);
  expect(headers["Cross-Origin-Embedder-Policy"]).toBe("require-corp");
});

test("compressed files hold what the plain ones hold", () => {
  const weights = "models/utd-mhad-st-gcn.safetensors";
  for (const name of ["index.html", "ciasa-playground.js", "clips/index.json", weights]) {
    const plain = readFileSync(join("dist", name));
    expect(brotliDecompressSync(readFileSync(join("dist", `${name}.br`)))).toEqual(plain);
    expect(gunzipSync(readFileSync(join("dist", `${name}.gz`)))).toEqual(plain);
  }
});

test("a page opened as a file says how to serve it", async ({ launchOptions }) => {
  // Playwright's own context refuses files once a base address is set.
  const browser = await chromium.launch(launchOptions);
  try {
    const page = await browser.newPage();
    await page.goto(`file://${resolve("dist/index.html")}`);
    await expect(page.getByRole("alert")).toContainText("python3 -m http.server");
  } finally {
    await browser.close();
  }
});

test("a server with a wrong type for scripts is named", async ({ page }) => {
  await page.route("**/ciasa-playground.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), "content-type": "text/plain" } });
  });
  await page.goto("/");
  await expect(page.getByRole("alert")).toContainText("as text/plain");
  await expect(page.getByRole("alert")).toContainText("text/javascript");
});
