import { expect, test } from "@playwright/test";
import type { AttackConfig, StepReport } from "../../web/src/core/types.ts";
import { AttackHandle } from "../../web/src/engine/attack-handle.ts";
import { AttackLoop, type Stepper } from "../../web/src/engine/attack-loop.ts";
import { stepsAtOnce } from "../../web/src/engine/batch.ts";
import type { AttackEnd, AttackEvent, Control } from "../../web/src/engine/messages.ts";

test("a call requests as many steps as fit into a tenth of a second, at most twice the last number", () => {
  // A CPU takes one step per call in any case; a fast GPU takes 1, 2, 4, 8, 16.
  expect(stepsAtOnce(1, 400)).toBe(1);
  expect([1, 2, 4, 8, 16].map((taken) => stepsAtOnce(taken, 2 * taken))).toEqual([2, 4, 8, 16, 16]);
  expect(stepsAtOnce(4, 0)).toBe(8);
  // 20 ms per step allow five. Slower steps allow fewer.
  expect(stepsAtOnce(4, 80)).toBe(5);
  expect(stepsAtOnce(8, 400)).toBe(2);
  expect(stepsAtOnce(16, 5000)).toBe(1);
});

/** An attack of `all` steps. Its clip is one number: the steps taken. */
class Counter implements Stepper {
  taken = 0;
  readonly asked: number[] = [];
  /** Called at the end of each call. */
  meanwhile: () => void = () => {};
  /** Updates of the best iterate, whose clip is that number. */
  reached = 0;

  constructor(
    readonly all: number,
    /** Most steps per call. */
    readonly most: number,
  ) {}

  async begin(): Promise<void> {}

  async steps(which: number[], count: number): Promise<StepReport[][]> {
    expect(which).toEqual([0]);
    this.asked.push(count);
    const reports = [];
    for (let i = 0; i < Math.min(count, this.most) && this.taken < this.all; i += 1) {
      this.taken += 1;
      const done = this.taken === this.all ? "iterations" : null;
      reports.push({ iteration: this.taken, done } as StepReport);
    }
    this.meanwhile();
    return [reports];
  }

  perturbed(): Float32Array {
    return new Float32Array([this.taken]);
  }

  best(_: number, known: number) {
    const updates = this.reached;
    return updates === known ? null : { updates, data: new Float32Array([updates]) };
  }

  recognise() {
    return Promise.resolve([{ probabilities: new Float32Array(), top: [] }]);
  }

  configure(): void {}
}

function loopOf(stepper: Stepper, heard: (event: AttackEvent) => void = () => {}) {
  const events: AttackEvent[] = [];
  const loop: AttackLoop = new AttackLoop(stepper, [{} as AttackConfig], (_, event) => {
    events.push(event);
    heard(event);
  });
  return { loop, events };
}

/** The iterations of the posted reports; checks that a clip comes only with its own report. */
function iterations(events: AttackEvent[]): number[] {
  return events.flatMap((event) => {
    if (event.type !== "report") return [];
    if (event.data) expect(event.data[0]).toBe(event.report.iteration);
    return [event.report.iteration];
  });
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

test("every report of several steps at once is posted, and each clip with its own report", async () => {
  for (const most of [1, 3, 100]) {
    const counter = new Counter(50, most);
    const { loop, events } = loopOf(counter);
    const [end] = await loop.run();
    expect(iterations(events)).toEqual(upTo(50));
    expect([end?.reason, end?.report?.iteration, end?.data[0]]).toEqual(["iterations", 50, 50]);
    expect(counter.asked[0]).toBe(1);
    expect(Math.max(...counter.asked)).toBeLessThanOrEqual(most === 1 ? 2 : 16);
  }
});

test("a single step is one step; a pause and an end leave the clip of the last report", async () => {
  const counter = new Counter(1000, 100);
  // "paused" is posted before the loop waits, so an answer to it is never lost.
  const orders: Control[] = ["step", "resume"];
  const { loop, events } = loopOf(counter, (event) => {
    const order = event.type === "paused" ? orders.shift() : undefined;
    if (order) loop.control(order);
  });
  let calls = 0;
  counter.meanwhile = () => {
    calls += 1;
    // Three full calls; then a pause, a single step and a resume; then a cancel.
    if (calls === 3) loop.control("pause");
    else if (calls === 6) loop.control("cancel");
  };
  const [end] = await loop.run();
  expect(counter.asked).toHaveLength(6);
  expect(counter.asked[3]).toBe(1);
  expect(iterations(events)).toEqual(upTo(counter.taken));
  const stops = events.flatMap((event, i) => (event.type === "paused" ? [events[i - 1]] : []));
  expect(stops).toHaveLength(2);
  for (const stop of stops) expect(stop?.type === "report" && stop.data).toBeTruthy();
  expect([end?.reason, end?.data[0]]).toEqual(["cancelled", counter.taken]);
});

test("the best iterate is posted once, with the clip of the step after which it is known", async () => {
  const counter = new Counter(6, 1);
  // Not every step is posted with its clip unless the loop pauses there.
  counter.meanwhile = () => {
    if (counter.taken >= 2) counter.reached = counter.taken < 5 ? 1 : 4;
    loop.control("step");
  };
  const { loop, events } = loopOf(counter, (event) => {
    if (event.type === "paused") loop.control("step");
  });
  await loop.run();
  const best = events.flatMap((event) =>
    event.type === "report" && event.best ? [[event.report.iteration, event.best.updates]] : [],
  );
  expect(best).toEqual([
    [2, 1],
    [5, 4],
  ]);
});

test("of a failed attack the best known clip is left, of any other the last one", async () => {
  const recognition = { probabilities: new Float32Array(), top: [] };
  const ended = (reason: AttackEnd["reason"]) => {
    const handle = new AttackHandle(new Float32Array([0]), () => {});
    const best = { updates: 2, data: new Float32Array([2]) };
    handle.receive({
      type: "report",
      report: { iteration: 3 } as StepReport,
      data: new Float32Array([3]),
      best,
    });
    if (reason === "error") handle.fail({ kind: "engine", message: "ended" });
    else handle.finish({ reason, report: null, data: new Float32Array([4]), recognition });
    return handle.done;
  };
  expect(await ended("error")).toMatchObject({ reason: "error", updates: 2, data: new Float32Array([2]) });
  const whole = await ended("iterations");
  expect([whole.data[0], whole.updates]).toEqual([4, undefined]);
});

test("the report of a stopped attack belongs to the clip that is left, not to a later step", async () => {
  const handle = new AttackHandle(new Float32Array([0]), () => {});
  const report = (iteration: number) => ({ iteration }) as StepReport;
  handle.receive({ type: "report", report: report(1), data: new Float32Array([1]) });
  handle.receive({ type: "report", report: report(2) });
  handle.stop("error");
  const left = await handle.done;
  expect([left.report?.iteration, left.data[0]]).toEqual([1, 1]);
});

/** Attacks of so many steps each. A clip is one number: the steps taken. */
class Counters implements Stepper {
  readonly counters: Counter[];
  readonly asked: number[][] = [];

  constructor(all: number[], most: number) {
    this.counters = all.map((steps) => new Counter(steps, most));
  }

  async begin(): Promise<void> {}

  async steps(which: number[], count: number): Promise<StepReport[][]> {
    this.asked.push(which);
    const steps = async (counter: Counter, i: number) =>
      which.includes(i) ? ((await counter.steps([0], count))[0] ?? []) : [];
    return Promise.all(this.counters.map(steps));
  }

  perturbed(which: number): Float32Array {
    return new Float32Array([this.counters[which]?.taken ?? 0]);
  }

  best() {
    return null;
  }

  async recognise() {
    return this.counters.map(({ taken }) => ({ probabilities: new Float32Array([taken]), top: [] }));
  }

  configure(): void {
    throw new Error("several are not configured");
  }
}

test("several attacks take steps together until each is done, and every event names its attack", async () => {
  for (const most of [1, 3]) {
    const stepper = new Counters([2, 9, 5], most);
    const events: AttackEvent[][] = [[], [], []];
    const loop = new AttackLoop(stepper, Array(3).fill({}), (which, event) => events[which]?.push(event));
    const ends = await loop.run();
    expect(events.map(iterations)).toEqual([upTo(2), upTo(9), upTo(5)]);
    expect(
      ends.map((end) => [end.reason, end.report?.iteration, end.data[0], end.recognition.probabilities[0]]),
    ).toEqual([2, 9, 5].map((all) => ["iterations", all, all, all]));
    expect([stepper.asked[0], stepper.asked.at(-1)]).toEqual([[0, 1, 2], [1]]);
  }
});

test("controlling one of several attacks controls all, and their settings are fixed", async () => {
  const stepper = new Counters([1000, 3], 1);
  const events: AttackEvent[][] = [[], []];
  const orders: Control[] = ["step", "resume"];
  const loop: AttackLoop = new AttackLoop(stepper, Array(2).fill({}), (which, event) => {
    events[which]?.push(event);
    const order = event.type === "paused" && which === 1 ? orders.shift() : undefined;
    if (order) loop.control(order);
  });
  const [first] = stepper.counters as [Counter];
  first.meanwhile = () => {
    if (first.taken === 2) {
      loop.control("pause");
      loop.configure(1, { alpha: 1 });
    } else if (first.taken === 6) loop.control("cancel");
  };
  const ends = await loop.run();
  expect(ends.map((end) => [end.reason, end.data[0]])).toEqual([
    ["cancelled", 6],
    ["iterations", 3],
  ]);
  for (const one of events) {
    expect(one.filter(({ type }) => type === "paused")).toHaveLength(2);
    expect(one.filter(({ type }) => type === "resumed")).toHaveLength(1);
  }
  expect(events.map((one) => one.filter(({ type }) => type === "error").length)).toEqual([0, 1]);
});
