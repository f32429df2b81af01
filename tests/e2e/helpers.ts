import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type ConsoleMessage, expect, type Locator, type Page } from "@playwright/test";

/** The setting that selects the CPU. */
export const cpu = "engine=cpu";

/** Opens the playground with settings in its address. */
export async function open(page: Page, settings = ""): Promise<void> {
  await page.goto(settings ? `/#${settings}` : "/");
}

/** Collects errors that the page logs or throws. Call before `open`, read at the end. */
export function errorsOf(page: Page): string[] {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message: ConsoleMessage) => {
    if (message.type() === "error") errors.push(message.text());
  });
  return errors;
}

/** Waits for the first picture. */
export const painted = (page: Page) => expect(page.locator("canvas.painted")).toBeVisible();

/** Waits for the recognition of the clean clip; returns its class. */
export async function recognised(page: Page): Promise<string> {
  await expect(page.getByRole("button", { name: /^(Run attack|Run again)$/ })).toBeEnabled();
  return before(page);
}

const label = (page: Page, side: "before" | "after") =>
  page
    .locator(`ciasa-verdict .${side} .label`)
    .evaluate(
      (node) =>
        [...node.childNodes].find((child) => child.nodeType === 3 && child.textContent?.trim())
          ?.textContent ?? "",
    );

/** The class that the network sees in the clean clip. */
export async function before(page: Page): Promise<string> {
  return (await label(page, "before")).trim();
}

/** The class that the network sees in the perturbed clip. */
export async function after(page: Page): Promise<string> {
  return (await label(page, "after")).trim();
}

/** Runs the attack and waits for its end; returns the last status line. */
export async function attack(page: Page): Promise<string> {
  await page.getByRole("button", { name: /^(Run attack|Run again)$/ }).click();
  const status = page.locator("ciasa-run-bar p");
  await expect(status).toHaveText(/^(Step|Query) \d+ of \d+: /, { timeout: 200_000 });
  return (await status.textContent()) ?? "";
}

/** Saves a screenshot. */
export const picture = (page: Page, name: string) =>
  page.screenshot({ path: `test-results/${name}.png`, animations: "disabled" });

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Violations of WCAG 2 A and AA that axe finds. */
export async function violations(page: Page): Promise<string[]> {
  // axe reads the two colours of a button one after the other: it must not be enabled in between, at the end of a load.
  const loading = page.locator("ciasa-run-bar p", { hasText: /is loading|Recognising the clip/ });
  await expect(loading).toHaveCount(0);
  await page.evaluate(axe);
  const read = () =>
    page.evaluate(async () => {
      const { axe } = window as unknown as { axe: typeof import("axe-core") };
      const found = await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] });
      return found.violations.flatMap((rule) =>
        rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.failureSummary}`),
      );
    });
  // A fault of the page is still there at the second reading. A control that changed during the first is not.
  const first = await read();
  if (first.length === 0) return first;
  const second = await read();
  return first.filter((fault) => second.includes(fault));
}

/** Controls smaller than 44 px, too small for a finger. A control with a label counts with its label. */
export const smallTargets = (page: Page) =>
  page.evaluate(() => {
    const found: string[] = [];
    const visit = (root: ParentNode) => {
      for (const node of root.querySelectorAll<HTMLElement>("*")) {
        if (node.shadowRoot) visit(node.shadowRoot);
        if (!node.matches("button, select, summary, input:not([type=file])")) continue;
        const target = node.closest("label") ?? node;
        const { width, height } = target.getBoundingClientRect();
        if (width > 0 && (height < 43.5 || width < 43.5))
          found.push(`${node.outerHTML.slice(0, 90)} ${width}x${height}`);
      }
    };
    visit(document);
    return found;
  });

/** The name of the focused element. */
const focused = (page: Page) =>
  page.evaluate(() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at?.getAttribute("aria-label") ?? at?.textContent?.trim() ?? "";
  });

/** Presses a key until the focused element has this name. */
export async function tabTo(page: Page, name: RegExp, key = "Tab"): Promise<void> {
  for (let i = 0; i < 300; i += 1) {
    await page.keyboard.press(key);
    if (name.test(await focused(page))) return;
  }
  throw new Error(`${name} cannot be reached with the tab key`);
}

/** Opens the menu of everything that can be saved. */
export async function openSave(page: Page): Promise<void> {
  const opener = page.locator("ciasa-save").getByRole("button", { name: "Save", exact: true });
  if ((await opener.getAttribute("aria-expanded")) === "false") await opener.click();
}

/** The text of the file that a click on a button downloads. */
export async function saved(page: Page, name: RegExp, within: Page | Locator = page): Promise<string> {
  return (await savedBytes(page, name, within)).toString("utf8");
}

/** The file that a click on a button downloads. Buttons of the page itself are in the menu "Save". */
export async function savedBytes(page: Page, name: RegExp, within: Page | Locator = page): Promise<Buffer> {
  if (within === page) await openSave(page);
  const waiting = page.waitForEvent("download");
  await within.getByRole("button", { name }).click();
  const chunks: Buffer[] = [];
  for await (const chunk of await (await waiting).createReadStream()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The headers that the build writes for static hosts. */
export function hostHeaders(): Record<string, string> {
  const lines = readFileSync("dist/_headers", "utf8").trim().split("\n").slice(1);
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(":")).trim(), line.slice(line.indexOf(":") + 1).trim()]),
  );
}

/** Every answer comes with the headers of a static host, the Content-Security-Policy among them. */
export async function underPolicy(page: Page): Promise<void> {
  const headers = hostHeaders();
  await page.route("**/*", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), ...headers } });
  });
}

/** Removes the headers that isolate the page. */
export async function alone(page: Page): Promise<void> {
  await page.route(/\/$/, async (route) => {
    const response = await route.fetch();
    const headers = { ...response.headers() };
    delete headers["cross-origin-opener-policy"];
    delete headers["cross-origin-embedder-policy"];
    await route.fulfill({ response, headers });
  });
}

/** Runs a script in the engine's worker before the worker's own. */
export async function beforeWorker(page: Page, script: string): Promise<void> {
  await page.route(/\/worker-[^/]*\.js/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script};\n${await response.text()}` });
  });
}

/** Restarts the engine and waits for its answer. */
export async function restart(page: Page): Promise<void> {
  const session = () => {
    type Element = { session: { startEngine(): void; engine: { state: { status: string } } } };
    return (document.querySelector("ciasa-playground") as unknown as Element).session;
  };
  // From then on the state is the new engine's.
  await page.evaluate(`(${session})().startEngine()`);
  await expect.poll(() => page.evaluate(`(${session})().engine.state.status`)).toBe("ready");
  await recognised(page);
}

/** The page's workers, in the order in which they were made. Call before `open`. */
export const recordWorkers = (page: Page) =>
  page.addInitScript(() => {
    const made: unknown[] = [];
    Object.assign(window, { made });
    const Real = window.Worker;
    window.Worker = class extends Real {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        made.push(this);
      }
    };
  });

/** Ends the page's last worker, as a browser does for its memory. */
export const endWorker = (page: Page) =>
  page.evaluate(() => (window as unknown as { made: { terminate(): void }[] }).made.at(-1)?.terminate());
