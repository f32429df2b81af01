import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import type { Clip } from "../../web/src/base/clip.ts";
import type { AttackConfig } from "../../web/src/core/types.ts";
import type { EngineClient } from "../../web/src/engine/client.ts";
import type { AttackEvent } from "../../web/src/engine/messages.ts";
import { after, attack, before, cpu, errorsOf, open, picture, recognised, saved } from "./helpers.ts";

const modes = {
  "one-step": "mode=one-step&target=untargeted&eps=0.05",
  basic: "mode=basic",
  localized: "mode=localized&region=arms&eps=0.08",
  advanced: "mode=advanced&region=arms",
};

for (const [mode, settings] of Object.entries(modes)) {
  test(`the ${mode} attack changes the label`, async ({ page }) => {
    const errors = errorsOf(page);
    await open(page, `${cpu}&${settings}&p=0.6&hold=1`);
    const clean = await recognised(page);
    await attack(page);
    expect(await after(page)).not.toBe(clean);
    expect(await before(page)).toBe(clean);
    await expect(page.locator("ciasa-verdict")).toContainText("label flipped");
    await expect(page.locator("ciasa-figures dd").first()).toContainText("cm");
    const square = await page.evaluate(() => {
      const element = document.querySelector("ciasa-playground") as unknown as {
        session: { attack: { last: { figures: { accelerationChange: number } } } };
      };
      return element.session.attack.last.figures.accelerationChange;
    });
    const acceleration = page.locator("ciasa-figures dd.number").nth(3);
    const shown = Number.parseFloat((await acceleration.textContent()) ?? "");
    // Shown in centimetres with three digits.
    expect(Math.abs(shown / (100 * Math.sqrt(square)) - 1)).toBeLessThan(0.01);
    await picture(page, `attack-${mode}`);
    expect(errors).toEqual([]);
  });
}

test("pause, step, cancel and reset take effect at once", async ({ page }) => {
  await open(page, `${cpu}&stop=iterations&n=500`);
  const clean = await recognised(page);
  await page.getByRole("button", { name: "Run attack" }).click();
  const status = page.locator("ciasa-run-bar p");
  await expect(status).toHaveText(/^Step [1-9]/);
  await page.getByRole("button", { name: "Pause", exact: true }).nth(1).click();
  await expect(status).toHaveText(/paused/);
  const steps = async () => Number((await status.textContent())?.match(/Step (\d+)/)?.[1]);
  const paused = await steps();
  await page.getByRole("button", { name: "Step", exact: true }).click();
  await expect(status).toHaveText(new RegExp(`Step ${paused + 1} of 500, paused`));
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(async () => expect(await steps()).toBeGreaterThan(paused + 1)).toPass();
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await expect(status).toHaveText(/cancelled, the last clip stays/);
  await expect(page.locator("ciasa-verdict .after")).not.toContainText("not attacked yet");
  await page.getByRole("button", { name: "Reset", exact: true }).click();
  await expect(page.locator("ciasa-verdict .after")).toContainText("not attacked yet");
  expect(await before(page)).toBe(clean);
});

test("while an attack runs, pictures of all views together take a third of the time", async ({ page }) => {
  await open(page, `${cpu}&stop=iterations&n=500`);
  await recognised(page);
  const run = page.getByRole("button", { name: /^Run a/ });
  const cancel = page.getByRole("button", { name: "Cancel", exact: true });
  await run.click();
  await expect(page.locator("ciasa-run-bar p")).toHaveText(/^Step [1-9]/);
  await cancel.click();
  await page.getByRole("button", { name: "Keep for comparison" }).click();
  await expect(page.locator("ciasa-kept-view canvas")).toBeVisible();
  await page.getByRole("button", { name: "Open the film" }).click();
  await expect(page.locator("ciasa-film canvas")).toBeVisible();
  const cost = 200;
  await page.evaluate((cost) => {
    type Picture = { begun: number; ended: number; attacking: boolean };
    const { pictures } = Object.assign(self, { pictures: [] as Picture[] });
    const playground = document.querySelector("ciasa-playground") as unknown as {
      session: { attacking: boolean };
    };
    const drawing = WebGL2RenderingContext.prototype;
    const { clear } = drawing;
    // The pictures of a frame take so long as on a weak computer. They clear their canvases more than once.
    drawing.clear = function (...all) {
      const begun = performance.now();
      if (begun - (pictures.at(-1)?.ended ?? 0) > cost / 4) {
        const { attacking } = playground.session;
        while (performance.now() - begun < cost);
        pictures.push({ begun, ended: performance.now(), attacking });
      }
      clear.apply(this, all);
    };
  }, cost);
  await run.click();
  const rests = () =>
    page.evaluate(() => {
      const { pictures } = self as unknown as {
        pictures: { begun: number; ended: number; attacking: boolean }[];
      };
      const during = pictures.filter((picture) => picture.attacking);
      return during.slice(1).map((picture, i) => picture.begun - (during[i]?.ended ?? 0));
    });
  await expect(async () => expect((await rests()).length).toBeGreaterThanOrEqual(6)).toPass();
  await cancel.click();
  // Each rests for twice the time that the one before it took.
  expect(Math.min(...(await rests()))).toBeGreaterThan(2 * cost - 1);
});

test("the same seed gives the same figures", async ({ page }) => {
  await open(page, `${cpu}&stop=iterations&n=3&seed=7`);
  await recognised(page);
  await attack(page);
  const first = await page.locator("ciasa-figures").textContent();
  await attack(page);
  expect(await page.locator("ciasa-figures").textContent()).toBe(first);
});

test("clip, settings and figures can be downloaded", async ({ page }) => {
  await open(page, `${cpu}&stop=iterations&n=2`);
  await recognised(page);
  await attack(page);
  const clip = JSON.parse(await saved(page, /Attacked clip, JSON/));
  expect(clip.format).toBe("ciasa-clip");
  const settings = JSON.parse(await saved(page, /Settings/));
  expect(settings.iterations).toBe(2);
  const rows = (await saved(page, /Figures/)).trim().split("\n");
  expect(rows.length).toBe(3);
  expect(new Set(rows.map((row) => row.split(",").length)).size).toBe(1);
});

test("a clip in picture coordinates is attacked in x and y only, with the network for its skeleton", async ({
  page,
}) => {
  const errors = errorsOf(page);
  await open(page, `${cpu}&clip=openpose-throw-1&mode=basic&eps=0.03&p=0.6&hold=1`);
  const clean = await recognised(page);
  expect(clean.toLowerCase()).toBe("throw");
  await expect(page.locator("ciasa-network-details")).toContainText("90.0 %");
  await attack(page);
  expect(await after(page)).not.toBe(clean);
  await picture(page, "attack-openpose");
  type Joints = [number, number, number][];
  const all = (text: string): Joints => JSON.parse(text).frames.flat(2);
  const attacked = all(await saved(page, /Attacked clip, JSON/));
  const original = all(readFileSync("web/public/clips/openpose-throw-1.json", "utf8"));
  expect(attacked.length).toBe(original.length);
  expect(attacked.map((joint) => joint[2])).toEqual(original.map((joint) => joint[2]));
  expect(attacked.some((joint, i) => joint[0] !== original[i]?.[0])).toBe(true);
  expect(errors).toEqual([]);
});

test("attacks computed together equal the same attacks computed alone", async ({ page }) => {
  await open(page, cpu);
  await recognised(page);
  const { together, alone, refused } = await page.evaluate(async () => {
    const { session } = document.querySelector("ciasa-playground") as unknown as {
      session: { clip: Clip; engine: Pick<EngineClient, "attackTogether"> };
    };
    const base: AttackConfig = {
      method: "ciasa",
      prediction: { kind: "cross-entropy" },
      restraint: "ciasa",
      target: { kind: "least-likely" },
      joints: null,
      epsilon: 0.02,
      alpha: 0.01,
      lambda: 10,
      iterations: 3,
      queries: 2000,
      tau: 0.1,
      transfer: { draws: 20, noise: 0.5, motion: 0.2 },
      constraints: { clip: true, realign: true, smooth: true, plausible: true },
      projection: "exact",
      optimiser: {
        surface: true,
        schedule: "constant",
        starts: 1,
        discriminator: "perturbation",
        smoothness: "perturbation",
      },
      camera: null,
      stop: { kind: "iterations" },
      seed: 1,
    };
    const configs: AttackConfig[] = [base, { ...base, target: { kind: "class", index: 3 }, iterations: 2 }];
    const { clip } = session;
    const run = async (jobs: { clip: Clip; config: AttackConfig }[]) => {
      const losses: number[][] = jobs.map(() => []);
      const requests = jobs.map((job, i) => ({
        ...job,
        listener: (event: AttackEvent) => {
          if (event.type === "report") losses[i]?.push(event.report.losses.total);
        },
      }));
      const ends = await Promise.all(session.engine.attackTogether(requests).map(({ done }) => done));
      return ends.map(({ reason, data, recognition }, i) => ({
        reason,
        losses: losses[i] ?? [],
        moved: Math.hypot(...data.map((value, at) => value - (clip.data[at] ?? 0))),
        p: [...recognition.probabilities],
      }));
    };
    const jobs = configs.map((config) => ({ clip, config }));
    const short = { ...clip, frames: 2, data: clip.data.slice(0, (2 * clip.data.length) / clip.frames) };
    return {
      together: await run(jobs),
      alone: [...(await run(jobs.slice(0, 1))), ...(await run(jobs.slice(1)))],
      refused: await run([
        { clip, config: base },
        { clip: short, config: base },
      ]),
    };
  });
  expect(together.map(({ reason, losses }) => [reason, losses.length])).toEqual([
    ["iterations", 3],
    ["iterations", 2],
  ]);
  const close = (a: number[], b: number[]) => {
    expect(a).toHaveLength(b.length);
    for (const [i, value] of a.entries()) expect(value).toBeCloseTo(b[i] ?? Number.NaN, 3);
  };
  for (const [i, one] of together.entries()) {
    close(
      [...one.losses, one.moved, ...one.p],
      alone[i] ? [...alone[i].losses, alone[i].moved, ...alone[i].p] : [],
    );
    expect(one.moved).toBeGreaterThan(0);
  }
  // Clips of different lengths are rejected together, and the engine still works.
  expect(refused.map(({ reason }) => reason)).toEqual(["error", "error"]);
  await attack(page);
});
