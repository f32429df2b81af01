// Files that the page asks for before its element's code is there: once each, none that the visit does not want.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { cpu, open, recognised } from "./helpers.ts";

/** Names of the files that the page asks for, as they are asked for. */
function asked(page: Page): string[] {
  const names: string[] = [];
  page.on("request", (request) => names.push(new URL(request.url()).pathname.split("/").at(-1) ?? ""));
  return names;
}

const weightsOf = (names: string[]) => names.filter((name) => name.endsWith(".safetensors"));
const FIRST = "utd-mhad-st-gcn.safetensors";
const OTHER = "utd-mhad-2s-agcn-joint";

test("engine and weights are asked for while the element's code is still on its way", async ({ page }) => {
  const names = asked(page);
  // The element's code waits for both.
  let code = () => {};
  const held = new Promise<void>((free) => {
    code = free;
  });
  await page.route("**/assets/element-*.js", async (route) => {
    await held;
    await route.continue();
  });
  const engine = /^cpu-engine_bg-.*\.wasm$/;
  page.on("request", () => {
    if (weightsOf(names).includes(FIRST) && names.some((name) => engine.test(name))) code();
  });
  await open(page, cpu);
  await recognised(page);
  for (const once of [
    /^cpu-engine_bg-/,
    /^viewer_bg-/,
    /^index\.json$/,
    /^manifest\.json$/,
    /\.safetensors$/,
  ])
    expect(
      names.filter((name) => once.test(name)),
      String(once),
    ).toHaveLength(1);
});

test("a link with another network downloads that one alone", async ({ page }) => {
  const names = asked(page);
  await open(page, `${cpu}&model=${OTHER}`);
  await recognised(page);
  expect(weightsOf(names)).toEqual([`${OTHER}.safetensors`]);
});

test("an engine that waits for the visitor is not downloaded", async ({ page }) => {
  const names = asked(page);
  const body = `<!doctype html><title>Manual</title><ciasa-playground manual-engine></ciasa-playground>
<script type="module" src="/ciasa-playground.js"></script>`;
  await page.route("**/manual.html", (route) => route.fulfill({ contentType: "text/html", body }));
  await page.goto("/manual.html");
  await expect(page.locator("canvas.painted")).toBeVisible();
  expect(names.filter((name) => /engine_bg|safetensors|^manifest\.json$/.test(name))).toEqual([]);
});

test("another network that is chosen meanwhile ends the download", async ({ page }) => {
  let ended = false;
  page.on("requestfailed", (request) => {
    ended ||= request.url().endsWith(FIRST);
  });
  // It never comes.
  await page.route(`**/${FIRST}`, () => {});
  await open(page, cpu);
  await expect(page.locator("canvas.painted")).toBeVisible();
  await page.evaluate((model) => {
    type Session = { settings: { set(patch: object): void } };
    const element = document.querySelector("ciasa-playground") as unknown as { session: Session };
    element.session.settings.set({ model });
  }, OTHER);
  await recognised(page);
  expect(ended).toBe(true);
});

test("the page names all scripts of its element", () => {
  const page = readFileSync("dist/index.html", "utf8");
  const named = [...page.matchAll(/rel="modulepreload"[^>]* href="\.\/([^"]+)"/g)].map(
    ([, file = ""]) => file,
  );
  expect(named.filter((file) => !existsSync(join("dist", file)))).toEqual([]);
  const [element = ""] = named.filter((file) => file.startsWith("assets/element-"));
  const imports = [...readFileSync(join("dist", element), "utf8").matchAll(/from"\.\/([^"]+\.js)"/g)];
  expect(imports.length).toBeGreaterThan(5);
  for (const [, file] of imports) expect(named).toContain(`assets/${file}`);
});
