import { expect, type Page, test } from "@playwright/test";
import { alone, attack, beforeWorker, cpu, errorsOf, open, recognised } from "./helpers.ts";

/** The engine's report on its threads. */
const threads = (page: Page) =>
  page.evaluate(() => {
    const element = document.querySelector("ciasa-playground") as unknown as {
      session: { engine: { state: { threads: { count: number; alone: string | null } } } };
    };
    return element.session.engine.state.threads;
  });

/** The last report of a short attack, as JSON. */
async function report(page: Page): Promise<string> {
  await open(page, `${cpu}&stop=iterations&n=4`);
  await recognised(page);
  await attack(page);
  return page.evaluate(() => {
    const element = document.querySelector("ciasa-playground") as unknown as {
      session: { attack: { last: unknown; perturbed: Float32Array } };
    };
    return JSON.stringify(element.session.attack.last);
  });
}

test("in an isolated page all cores compute, with exactly the results of one", async ({ page, context }) => {
  const errors = errorsOf(page);
  const together = await report(page);
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  expect(await threads(page)).toEqual(
    cores > 1 ? { count: Math.min(cores, 8), alone: null } : { count: 1, alone: expect.any(String) },
  );
  await page.locator("ciasa-engine-badge summary").click();
  await expect(page.locator("ciasa-engine-badge .panel")).toContainText(
    cores > 1 ? `${Math.min(cores, 8)} threads` : "One thread",
  );

  const other = await context.newPage();
  await alone(other);
  const single = await report(other);
  expect(await threads(other)).toEqual({ count: 1, alone: expect.stringContaining("does not isolate") });
  await other.locator("ciasa-engine-badge summary").click();
  await expect(other.locator("ciasa-engine-badge .panel")).toContainText("One thread");
  expect(together).toBe(single);
  expect(errors).toEqual([]);
});

/**
 * Replaces the script of the pool's threads. Requests of a worker's worker cannot be routed, so `Worker` is replaced.
 */
async function poolOf(page: Page, script: string): Promise<void> {
  const other = `const Real = self.Worker;
    self.Worker = function (_, options) {
      return new Real(URL.createObjectURL(new Blob([${JSON.stringify(script)}], { type: "text/javascript" })), options);
    };`;
  await beforeWorker(page, other);
}

test("more threads than a clip has tasks give the same results", async ({ page, context }) => {
  const right = await report(page);
  const other = await context.newPage();
  await beforeWorker(other, 'Object.defineProperty(navigator, "hardwareConcurrency", { value: 64 })');
  expect(await report(other)).toBe(right);
  expect(await threads(other)).toEqual({ count: 8, alone: null });
});

test("a pool that does not start leaves the engine with one thread, and the page says so", async ({
  page,
}) => {
  await poolOf(page, 'throw new Error("out of order")');
  await report(page);
  expect(await threads(page)).toEqual({
    count: 1,
    alone: expect.stringMatching(/did not start \(.*out of order/),
  });
});

test("a thread that fails at work is replaced by the engine itself, with the same results", async ({
  page,
  context,
}) => {
  const right = await report(page);
  const other = await context.newPage();
  // Reports ready, then gives up at the first task.
  await poolOf(
    other,
    `self.onmessage = ({ data: { buffer, thread } }) => {
      self.postMessage("ready");
      const head = new Int32Array(buffer);
      Atomics.wait(head, 0, 0);
      Atomics.store(head, 32 + thread, -1);
      Atomics.notify(head, 32 + thread);
    };`,
  );
  expect(await report(other)).toBe(right);
  expect(await threads(other)).toEqual({ count: 1, alone: "a thread of the worker pool failed" });
});

test("during an attack the pool's threads do what the browser asks of them", async ({ page }) => {
  // Each thread answers on a channel, which it can only while it does not wait for work.
  await beforeWorker(
    page,
    `const Real = self.Worker;
    self.Worker = function (address, options) {
      const script = \`import \${JSON.stringify(String(address))};
        const line = new BroadcastChannel("asked");
        line.onmessage = () => line.postMessage("answer");\`;
      return new Real(URL.createObjectURL(new Blob([script], { type: "text/javascript" })), options);
    };`,
  );
  await open(page, `${cpu}&stop=iterations&n=60`);
  await recognised(page);
  const { count } = await threads(page);
  test.skip(count === 1, "the browser reports one core");
  await page.evaluate(() => {
    const line = new BroadcastChannel("asked");
    Object.assign(window, { line, answers: 0 });
    line.onmessage = () =>
      Object.assign(window, { answers: (window as unknown as { answers: number }).answers + 1 });
    line.postMessage("question");
  });
  await attack(page);
  expect(await page.evaluate(() => (window as unknown as { answers: number }).answers)).toBe(count - 1);
});
