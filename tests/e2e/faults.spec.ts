// Faults in the middle of an attack, at steps that a seed chooses: the browser ends the engine's worker or a helper,
// memory runs out, the GPU is lost, a read-back fails, the tab is put to sleep. Clip, settings and the best iterate
// stay, and the page offers a way on. The faults come from the browser's own means; the engine has no hook for them.
import { expect, type Page, test, type Worker } from "@playwright/test";
import { beforeWorker, cpu, endWorker, open, recognised, recordWorkers, restart } from "./helpers.ts";

const SEED = 17;
const ATTACK = "stop=iterations&n=6&eps=0.07&seed=3";
/** More steps than pass while a fault is made. */
const LONG = ATTACK.replace("n=6", "n=60");
/** A GPU that is emulated takes seconds a step. */
const SHORT = "engine=webgpu&stop=iterations&n=3&eps=0.07&seed=3&gan=0";

/** Steps after which a fault strikes, from the seed: 0 is before the first step, then one each from equal parts. */
function strikes(count: number, steps: number): number[] {
  let state = SEED;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const part = steps / (count - 1);
  return [0, ...Array.from({ length: count - 1 }, (_, i) => Math.max(1, Math.floor((i + random()) * part)))];
}

interface Session extends EventTarget {
  clip: { id: string; data: Float32Array };
  state: Record<string, unknown>;
  perturbed: Float32Array | null;
  attack: {
    end: string;
    status: string;
    data: Float32Array | null;
    kept: number | null;
    after: { index: number; p: number }[] | null;
    reports: {
      iteration: number;
      done: string | null;
      losses: { prediction: number };
      figures: { linf: number };
    }[];
    last: { iteration: number } | null;
  } | null;
  startAttack(): void;
  engine: {
    recognise(clip: unknown): Promise<{ top: { index: number; p: number }[] }>;
    state: { threads: unknown; backend: { kind: string } | null };
  };
}

type Element = { session: Session };

/** Starts the attack and waits until so many steps are reported. */
const runUntil = (page: Page, step: number) =>
  page.evaluate((step) => {
    const { session } = document.querySelector("ciasa-playground") as unknown as Element;
    Object.assign(window, {
      over: new Promise((resolve) => session.addEventListener("done", resolve, { once: true })),
    });
    const reached = new Promise<void>((resolve) => {
      const heard = () => {
        if ((session.attack?.last?.iteration ?? 0) < step) return;
        session.removeEventListener("report", heard);
        resolve();
      };
      session.addEventListener("report", heard);
      if (step === 0) resolve();
    });
    session.startAttack();
    return reached;
  }, step);

/** Waits for the end of the attack; gives what the page has of it. */
const outcome = (page: Page) =>
  page.evaluate(async () => {
    const { session } = document.querySelector("ciasa-playground") as unknown as Element;
    await (window as unknown as { over: Promise<void> }).over;
    const { attack, clip, state } = session;
    const farthest = (data: Float32Array) =>
      data.reduce((most, value, i) => Math.max(most, Math.abs(value - (clip.data[i] ?? Number.NaN))), 0);
    return {
      end: attack?.end,
      steps: attack?.reports.length ?? 0,
      after: attack?.after?.[0] ?? null,
      best: attack?.kept ?? null,
      linf: attack?.reports.at(-1)?.figures.linf ?? 0,
      farthest: attack?.data ? farthest(attack.data) : 0,
      finite: [...(attack?.data ?? [])].every(Number.isFinite),
      kept: JSON.stringify([clip.id, [...clip.data], state]),
      all: JSON.stringify([attack?.reports, [...(attack?.data ?? [])]]),
      perturbed: [...(session.perturbed ?? [])],
    };
  });

/** The network's answer to the clip that is left of the attack. */
const answer = (page: Page) =>
  page.evaluate(async () => {
    const { session } = document.querySelector("ciasa-playground") as unknown as Element;
    const seen = await session.engine.recognise({ ...session.clip, data: session.perturbed });
    return seen.top[0];
  });

function engineWorker(page: Page): Worker {
  const worker = page
    .workers()
    .filter((one) => /\/worker-[^/]*\.js/.test(one.url()))
    .at(-1);
  if (!worker) throw new Error("the engine has no worker");
  return worker;
}

/** The engine has stopped in an attack: nothing is lost, and the page's button leads on. */
async function survived(page: Page, kept: string, step: number, words: RegExp, button = "Try again") {
  const left = await outcome(page);
  expect(left.end).toBe("error");
  expect(left.kept).toBe(kept);
  expect(left.steps).toBeGreaterThanOrEqual(step);
  const notice = page.locator("ciasa-notice");
  await expect(notice).toContainText(words);
  await expect(notice).toContainText("Kept");
  await notice.getByRole("button", { name: button }).click({ timeout: 20_000 });
  await recognised(page);
  expect(left.finite).toBe(true);
  if (left.perturbed.length === 0) return left;
  // Clip, figures and answer belong together. The answer of a last clip is not known: reports come before their update.
  expect(left.farthest).toBeCloseTo(left.linf, 5);
  if (left.after && left.best !== null) {
    const seen = await answer(page);
    expect(seen?.index).toBe(left.after.index);
    expect(seen?.p).toBeCloseTo(left.after.p, 3);
  }
  return left;
}

/** The clip and the settings. */
const held = (page: Page) =>
  page.evaluate(() => {
    const { session } = document.querySelector("ciasa-playground") as unknown as Element;
    return JSON.stringify([session.clip.id, [...session.clip.data], session.state]);
  });

/** A whole attack to compare with. */
async function whole(page: Page) {
  await runUntil(page, 0);
  const right = await outcome(page);
  expect(right.end).toBe("iterations");
  return right;
}

test("the browser ends the engine's worker at any step: the page keeps what is reached, and goes on", async ({
  page,
}) => {
  await recordWorkers(page);
  await open(page, `${cpu}&${ATTACK}`);
  await recognised(page);
  const right = await whole(page);
  for (const step of strikes(3, 6)) {
    await runUntil(page, step);
    await endWorker(page);
    const left = await survived(page, right.kept, step, /ended the engine's worker/);
    if (step > 0) expect(left.linf).toBeGreaterThan(0);
    // Once a step has begun at an iterate that is better than the clean clip.
    if (step >= 3) expect(left.best).toBeGreaterThan(0);
  }
  await runUntil(page, 0);
  expect((await outcome(page)).all).toBe(right.all);
});

/** Takes all memory that the module can get, so that its next request fails. */
const exhaust = (worker: Worker) =>
  worker.evaluate(() => {
    const { memory, __wbindgen_malloc: take } = (self as unknown as { wasm: Record<string, never> })
      .wasm as unknown as {
      memory: WebAssembly.Memory;
      __wbindgen_malloc(size: number, align: number): number;
    };
    for (let size = 1 << 30; size >= 64; size /= 2) {
      try {
        for (;;) take(size, 8);
      } catch {
        // No piece of this size is left.
      }
    }
    return memory.buffer.byteLength;
  });

test("memory runs out at any step: the page says so, keeps what is reached, and goes on", async ({
  page,
}) => {
  // The module's exports, when it is made.
  await beforeWorker(
    page,
    `const make = WebAssembly.instantiate;
    WebAssembly.instantiate = async (...all) => {
      const made = await make(...all);
      self.wasm = (made.instance ?? made).exports;
      return made;
    };`,
  );
  await open(page, `${cpu}&${LONG}`);
  await recognised(page);
  const kept = await held(page);
  for (const step of strikes(3, 6).slice(1)) {
    await runUntil(page, step);
    expect(await exhaust(engineWorker(page))).toBeGreaterThan(2 ** 31);
    await survived(page, kept, step, /gets no more memory/);
  }
});

test("a helper is ended at any step: the engine goes on alone, with the same bits", async ({ page }) => {
  await beforeWorker(
    page,
    `Object.defineProperty(navigator, "hardwareConcurrency", { value: 3 });
    self.helpers = [];
    const Real = self.Worker;
    self.Worker = class extends Real {
      constructor(...all) {
        super(...all);
        self.helpers.push(this);
      }
    };`,
  );
  await open(page, `${cpu}&${LONG}`);
  await recognised(page);
  const right = await whole(page);
  // One of two, then both.
  for (const [i, step] of strikes(3, 6).slice(1).entries()) {
    await runUntil(page, step);
    await engineWorker(page).evaluate((ended) => {
      for (const helper of (self as unknown as { helpers: { terminate(): void }[] }).helpers.slice(-ended))
        helper.terminate();
    }, i + 1);
    const left = await outcome(page);
    expect([left.end, left.kept]).toEqual(["iterations", right.kept]);
    expect(left.all).toBe(right.all);
    const threads = await page.evaluate(
      () => (document.querySelector("ciasa-playground") as unknown as Element).session.engine.state.threads,
    );
    expect(threads).toEqual({ count: 1, alone: "a thread of the worker pool failed" });
    await restart(page);
  }
});

test("a tab that is put to sleep in an attack ends it with the same bits when it wakes up", async ({
  page,
}) => {
  await open(page, `${cpu}&${ATTACK}`);
  await recognised(page);
  const right = await whole(page);
  const devtools = await page.context().newCDPSession(page);
  for (const step of strikes(3, 6).slice(1)) {
    await runUntil(page, step);
    await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await devtools.send("Page.setWebLifecycleState", { state: "active" });
    const left = await outcome(page);
    expect([left.end, left.kept]).toEqual(["iterations", right.kept]);
    expect(left.all).toBe(right.all);
  }
});

test("the GPU is lost, and a read-back fails: what is reached stays, and both devices lead on", async ({
  page,
}) => {
  test.setTimeout(600_000);
  await open(page, SHORT);
  await recognised(page);
  const kept = await held(page);
  await runUntil(page, 1);
  await page.evaluate(() => {
    const { session } = document.querySelector("ciasa-playground") as unknown as Element;
    return (session.engine as unknown as { loseDevice(): Promise<boolean> }).loseDevice();
  });
  await survived(page, kept, 1, /GPU/);
  await runUntil(page, 1);
  await engineWorker(page).evaluate(() => {
    const { prototype } = (self as unknown as { GPUBuffer: { prototype: Record<string, unknown> } })
      .GPUBuffer;
    prototype.mapAsync = () => Promise.reject(new DOMException("no read-back", "OperationError"));
  });
  await outcome(page);
  const notice = page.locator("ciasa-notice");
  await notice.getByRole("button", { name: "Use the CPU instead" }).click();
  await recognised(page);
  await runUntil(page, 0);
  expect((await outcome(page)).end).toBe("iterations");
});
