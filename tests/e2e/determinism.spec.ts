// The law of docs/DETERMINISM.md in Chromium: the same bits with and without helpers, on another page, and after a
// restart of the engine; and the native library's numbers within the fixture's tolerance.
import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import type { AttackConfig, StepReport } from "../../web/src/core/types.ts";
import { alone, cpu, errorsOf, open, recognised, restart } from "./helpers.ts";

interface Case {
  settings: string;
  clip: string;
  model: string;
  natural: string[];
  config: AttackConfig;
  every: number;
  tolerance: { coordinate: number; relative: number };
  steps: Record<string, number>[];
  sampled: number[];
}

const law: Case = JSON.parse(readFileSync("tests/fixtures/determinism.json", "utf8"));

interface Run {
  model: string;
  config: AttackConfig;
  reports: StepReport[];
  data: number[];
  /** All reports, the returned clip and the answer to it, as one text: equal bits are an equal text. */
  all: string;
}

/** Runs the attack of the page's settings to its end. */
const attacked = (page: Page): Promise<Run> =>
  page.evaluate(async () => {
    const { session } = document.querySelector("ciasa-playground") as unknown as {
      session: EventTarget & {
        startAttack(): void;
        model: { id: string };
        attack: { config: unknown; reports: unknown[]; data: Float32Array; probabilities: Float32Array };
      };
    };
    const done = new Promise((resolve) => session.addEventListener("done", resolve, { once: true }));
    session.startAttack();
    await done;
    const { config, reports, data, probabilities } = session.attack;
    const all = JSON.stringify([reports, [...data], [...probabilities]]);
    return { model: session.model.id, config, reports, data: [...data], all } as never;
  });

/** Numbers as the engine takes them: 32 bits, but whole ones as they are. */
const float = (_key: string, value: unknown) =>
  typeof value === "number" && !Number.isInteger(value) ? Math.fround(value) : value;
const floats = (value: unknown) => JSON.parse(JSON.stringify(value, float));

test("the same bits with and without helpers and after a restart, and the native library's numbers", async ({
  page,
  context,
}) => {
  const errors = errorsOf(page);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await open(page, `${cpu}&${law.settings}`);
  await recognised(page);
  const first = await attacked(page);

  // It is the attack of the fixture.
  expect(first.model).toBe(law.model);
  expect(floats(first.config)).toEqual(floats(law.config));
  for (const file of law.natural)
    expect(
      asked.some((url) => url.endsWith(`/clips/${file}`)),
      file,
    ).toBe(true);

  const { coordinate, relative } = law.tolerance;
  const sampled = first.data.filter((_, i) => i % law.every === 0);
  expect(sampled.length).toBe(law.sampled.length);
  const apart = Math.max(...sampled.map((value, i) => Math.abs(value - (law.sampled[i] ?? Number.NaN))));
  expect(apart, "largest difference of a coordinate from the native library's").toBeLessThanOrEqual(
    coordinate,
  );
  expect(first.reports.length).toBe(law.steps.length);
  for (const [i, { losses, pOriginal }] of first.reports.entries()) {
    const here: Record<string, number> = { ...losses, pOriginal };
    for (const [name, there] of Object.entries(law.steps[i] ?? {})) {
      const bound = relative * Math.max(1e-3, Math.abs(there));
      expect(Math.abs((here[name] ?? Number.NaN) - there), `${name} of step ${i + 1}`).toBeLessThanOrEqual(
        bound,
      );
    }
  }
  console.log(`coordinates: at most ${apart.toExponential(1)} apart from the native library's`);

  // Again on the same page, and with a new engine.
  expect((await attacked(page)).all).toBe(first.all);
  await restart(page);
  expect((await attacked(page)).all).toBe(first.all);

  const other = await context.newPage();
  await alone(other);
  await open(other, `${cpu}&${law.settings}`);
  await recognised(other);
  expect(await other.evaluate(() => crossOriginIsolated)).toBe(false);
  expect((await attacked(other)).all).toBe(first.all);
  expect(errors).toEqual([]);
});
