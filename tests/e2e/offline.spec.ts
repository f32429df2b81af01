// The service worker: isolation on a host without headers, use without a network, and updates that mix no versions.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { after, attack, before, cpu, picture, recognised, violations } from "./helpers.ts";

test.use({ serviceWorkers: "allow" });

const types: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
};

/** A static host that sets no headers of its own. Texts in `changed` stand in for files. */
class Host {
  readonly changed = new Map<string, string>();
  readonly asked: string[] = [];
  #server: Server | null = null;
  #port = 0;

  /** The host as before, at the same port. */
  async start(): Promise<void> {
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? "/", "http://host").pathname.slice(1) || "index.html";
      this.asked.push(path);
      // The folder is also served from a sub-path.
      const file = join("dist", path.replace(/^ciasa\//, ""));
      const text = this.changed.get(path);
      if (text === undefined && !(existsSync(file) && statSync(file).isFile())) {
        response.writeHead(404).end();
        return;
      }
      const type = types[extname(path)] ?? "application/octet-stream";
      response.writeHead(200, { "Content-Type": type, "Cache-Control": "max-age=600" });
      response.end(text ?? readFileSync(file));
    });
    await new Promise<void>((listening) => server.listen(this.#port, "127.0.0.1", listening));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((closed) => this.#server?.close(closed) ?? closed(null));
    this.#server = null;
  }

  get address(): string {
    return `http://localhost:${this.#port}/`;
  }

  /** A newer version in which one file is another. */
  release(path: string, text: string): void {
    this.changed.set(path, text);
    const old = createHash("sha256")
      .update(readFileSync(join("dist", path)))
      .digest("hex");
    const hash = createHash("sha256").update(text).digest("hex");
    this.changed.set("ciasa-sw.js", readFileSync("dist/ciasa-sw.js", "utf8").replace(old, hash));
  }
}

const note = (page: Page) => page.locator("ciasa-offline");
const host = new Host();

test.beforeEach(async () => {
  host.changed.clear();
  host.asked.length = 0;
  await host.start();
});
test.afterEach(() => host.stop());

test("after the first visit the page works without a network, isolated on a host without headers", async ({
  page,
}) => {
  await page.goto(`${host.address}#${cpu}&stop=iterations&n=3`);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  const clean = await recognised(page);
  await expect(note(page)).toContainText("Available offline");
  await expect(note(page)).toContainText("A reload lets the engine use all cores.");
  await attack(page);
  const label = await after(page);
  expect(await violations(page)).toEqual([]);
  await picture(page, "offline-first");
  await host.stop();

  await note(page).getByRole("button", { name: "Reload" }).click();
  await page.waitForFunction(() => crossOriginIsolated);
  await recognised(page);
  expect(await before(page)).toBe(clean);
  await attack(page);
  expect(await after(page)).toBe(label);
  await expect(note(page)).toContainText("Available offline");
  await expect(note(page)).not.toContainText("Reload");
  await picture(page, "offline-again");
});

test("a newer version waits for a reload, and until then nothing of it is used", async ({ page }) => {
  await page.goto(`${host.address}#${cpu}`);
  await recognised(page);
  await expect(note(page)).toContainText("Available offline");
  const index = JSON.parse(readFileSync("dist/clips/index.json", "utf8"));
  index[0].name = "A new first clip";
  host.release("clips/index.json", JSON.stringify(index));
  host.asked.length = 0;

  await page.reload();
  await recognised(page);
  await expect(note(page)).toContainText("There is a newer version.");
  await expect(page.locator("ciasa-gallery")).not.toContainText("A new first clip");
  await picture(page, "offline-newer");
  // Only what has changed is downloaded.
  expect([...new Set(host.asked)].sort()).toEqual(["ciasa-sw.js", "clips/index.json"]);

  await note(page).getByRole("button", { name: "Reload" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("ciasa-gallery")).toContainText("A new first clip");
  await recognised(page);
  await expect(note(page)).not.toContainText("newer");
});

test("weights of another version are not used by kept code", async ({ page }) => {
  await page.goto(`${host.address}#${cpu}`);
  await recognised(page);
  await expect(note(page)).toContainText("Available offline");
  const manifest = JSON.parse(readFileSync("dist/models/manifest.json", "utf8"));
  const other = manifest.models.find((one: { layout: string }) => one.layout === "openpose-18");
  const path = `models/${other.weights[0].file}`;
  host.release(path, "other weights");
  const clip = JSON.parse(readFileSync("dist/clips/index.json", "utf8")).find(
    (one: { layout: string }) => one.layout === "openpose-18",
  );
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `${cpu}&clip=${clip.id}`);
  await expect(page.locator("ciasa-notice")).toContainText("does not have the SHA-256");
  await expect(note(page)).toContainText("There is a newer version.");
});

test("an embedded element has no service worker unless it is asked for", async ({ page }) => {
  host.changed.set(
    "other.html",
    '<script type="module" src="/ciasa-playground.js"></script><ciasa-playground engine="cpu"></ciasa-playground>',
  );
  await page.goto(`${host.address}other.html`);
  await recognised(page);
  await expect(note(page)).toHaveText("");
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  // A copy of the worker above the page and the element's folder.
  host.changed.set(
    "site/mine.html",
    '<script type="module" src="/ciasa/ciasa-playground.js"></script>' +
      '<ciasa-playground engine="cpu" service-worker="/ciasa-sw.js?base=/ciasa/&isolate"></ciasa-playground>',
  );
  await page.goto(`${host.address}site/mine.html`);
  await recognised(page);
  await expect(note(page)).toContainText("Available offline");
  await page.reload();
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await recognised(page);
});
