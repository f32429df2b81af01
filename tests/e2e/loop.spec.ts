import { expect, test } from "@playwright/test";
import { stepsAtOnce } from "../../web/src/engine/batch.ts";
import { AttackLoop, type Stepper } from "../../web/src/engine/loop.ts";
import type { AttackConfig, AttackEvent, StepReport } from "../../web/src/engine/protocol.ts";

test("as many steps are asked for as fit into a tenth of a second, at most twice as many as before", () => {
  // A CPU takes one however many are asked for; a fast GPU goes 1, 2, 4, 8, 16.
  expect(stepsAtOnce(1, 400)).toBe(1);
  expect([1, 2, 4, 8, 16].map((taken) => stepsAtOnce(taken, 2 * taken))).toEqual([2, 4, 8, 16, 16]);
  expect(stepsAtOnce(4, 0)).toBe(8);
  // 20 ms a step: five of them. It has become slower: fewer again.
  expect(stepsAtOnce(4, 80)).toBe(5);
  expect(stepsAtOnce(8, 400)).toBe(2);
  expect(stepsAtOnce(16, 5000)).toBe(1);
});

/** An attack of so many steps. Its clip is one number: the steps taken. */
class Counter implements Stepper {
  taken = 0;
  readonly asked: number[] = [];
  /** Called while steps are under way. */
  meanwhile: () => void = () => {};

  constructor(
    readonly all: number,
    /** What it takes at most in one go. */
    readonly most: number,
  ) {}

  async begin(): Promise<void> {}

  async steps(count: number): Promise<StepReport[]> {
    this.asked.push(count);
    const reports = [];
    for (let i = 0; i < Math.min(count, this.most) && this.taken < this.all; i += 1) {
      this.taken += 1;
      const done = this.taken === this.all ? "iterations" : null;
      reports.push({ iteration: this.taken, done } as StepReport);
    }
    this.meanwhile();
    return reports;
  }

  perturbed(): Float32Array {
    return new Float32Array([this.taken]);
  }

  recognise() {
    return Promise.resolve({ probabilities: new Float32Array(), top: [] });
  }

  configure(): void {}
}

function loopOf(stepper: Stepper): { loop: AttackLoop; events: AttackEvent[] } {
  const events: AttackEvent[] = [];
  return { loop: new AttackLoop(stepper, {} as AttackConfig, (event) => events.push(event)), events };
}

/** The iterations that were told, and a check that a clip came only with the report that it belongs to. */
function told(events: AttackEvent[]): number[] {
  return events.flatMap((event) => {
    if (event.type !== "report") return [];
    if (event.data) expect(event.data[0]).toBe(event.report.iteration);
    return [event.report.iteration];
  });
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

test("every report of several steps at once is told, and a clip with its own", async () => {
  for (const most of [1, 3, 100]) {
    const counter = new Counter(50, most);
    const { loop, events } = loopOf(counter);
    const end = await loop.run();
    expect(told(events)).toEqual(upTo(50));
    expect([end.reason, end.report?.iteration, end.data[0]]).toEqual(["iterations", 50, 50]);
    expect(counter.asked[0]).toBe(1);
    expect(Math.max(...counter.asked)).toBeLessThanOrEqual(most === 1 ? 2 : 16);
  }
});

test("a single step is one, and a pause and an end leave the clip of the last report", async () => {
  const counter = new Counter(1000, 100);
  const { loop, events } = loopOf(counter);
  let calls = 0;
  counter.meanwhile = () => {
    calls += 1;
    // Three calls in which as many as may be are taken; then a pause, a single step and a resumption; then an end.
    if (calls === 3) {
      loop.control("pause");
      setTimeout(() => loop.control("step"));
    } else if (calls === 4) setTimeout(() => loop.control("resume"));
    else if (calls === 6) loop.control("cancel");
  };
  const end = await loop.run();
  expect(counter.asked).toHaveLength(6);
  expect(counter.asked[3]).toBe(1);
  expect(told(events)).toEqual(upTo(counter.taken));
  const stops = events.flatMap((event, i) => (event.type === "paused" ? [events[i - 1]] : []));
  expect(stops).toHaveLength(2);
  for (const stop of stops) expect(stop?.type === "report" && stop.data).toBeTruthy();
  expect([end.reason, end.data[0]]).toEqual(["cancelled", counter.taken]);
});
