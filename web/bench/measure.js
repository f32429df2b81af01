// The measurement: first checks, then rounds in which the sides take turns.
import { golden, relativeL2 } from "./clip.js";
import { used } from "./cores.js";
import { REFERENCE, SIDES } from "./sides.js";

/** Bounds on the relative L2 distance of logits, cross-entropy gradient, and displacement after one step. */
const BOUNDS = { logits: 1e-5, gradient: 2e-3, moved: 5e-2 };
/** Least duration of a round in seconds: shorter steps are repeated. */
const ROUND_SECONDS = 0.3;
const WARM_STEPS = 2;
/** Sides whose step moves the clip in another way; their forward pass is that of the side without the ending. */
const OTHER_STEP = /-(discriminator|exact)$/;

export class Bench {
  /** `settings`: { frames, checkFrames, rounds, maxSeconds, productSize, memorySteps }; `say` logs progress. */
  constructor(settings, say) {
    this.settings = settings;
    this.say = say;
    /** Name to { call, details }, without sides that have failed. */
    this.sides = new Map();
    /** Every side that has started. */
    this.entered = new Map();
    this.result = { checks: [], cases: [], roofs: [], memory: [], skipped: [] };
  }

  skip(side, reason, frames = null) {
    this.say(`${side}${frames ? ` at ${frames} frames` : ""}: left out, ${reason}`);
    this.result.skipped.push({ side, frames, reason });
  }

  /** Runs an action on a side; a side that fails is removed. */
  async attempt(name, action, frames = null) {
    try {
      return await action();
    } catch (error) {
      this.skip(name, error.message.split("\n")[0].replace(/^page\.evaluate: (Error: )?/, ""), frames);
      await this.sides.get(name)?.side.close();
      this.sides.delete(name);
      return null;
    }
  }

  call(name, call, argument = {}) {
    // A call that takes three times a side's whole time has hung.
    return this.sides.get(name).side.call(call, argument, 3 * this.settings.maxSeconds);
  }

  /** Loads a side, takes its first step and compares its answers with the reference's. */
  async enter(name, side) {
    this.say(`${name}: loading and checking`);
    const entry = { side, first: null };
    this.sides.set(name, entry);
    this.entered.set(name, entry);
    await this.attempt(name, async () => {
      const start = performance.now();
      const { version, detail } = await side.open(3 * this.settings.maxSeconds);
      const load = (performance.now() - start) / 1000;
      Object.assign(entry, { load, version, detail });
      if (SIDES[name].product) return;
      const frames = this.settings.frames[0];
      await this.call(name, "begin", { frames });
      const first = await this.call(name, "steps", { count: 1 });
      entry.first = { frames, seconds: first };
      await this.call(name, "begin", { frames: this.settings.checkFrames });
      entry.answers = await this.call(name, "check");
      if (name !== REFERENCE) this.#compare(name, REFERENCE, this.sides.get(REFERENCE).answers);
    });
  }

  /** Compares the reference itself with the golden case, if it has the same clip. */
  compareWithGolden(file) {
    if (this.settings.checkFrames !== 64) return this.say("the golden case is not checked: it has 64 frames");
    const array = (key) => file.get(key).data;
    return this.#compare(REFERENCE, "golden", {
      logits: array("logits_ref"),
      gradient: golden(array("grad_ce_ref")),
      moved: golden(array("x_after_1_ref")),
    });
  }

  #compare(name, reference, wanted) {
    const found = this.sides.get(name).answers;
    // A step changes about a hundredth of the clip, so the differences are compared.
    const motion = ({ moved }) => moved.map((value, i) => value - this.settings.checkClip[i]);
    const distances = {
      logits: relativeL2(found.logits, wanted.logits),
      gradient: relativeL2(found.gradient, wanted.gradient),
      moved: relativeL2(motion(found), motion({ moved: Array.from(wanted.moved) })),
    };
    // Not ">": NaN has to fail.
    const off = Object.keys(BOUNDS).filter((key) => !(distances[key] <= BOUNDS[key]));
    // With a discriminator or the exact projection the step differs, so only the independent parts are compared.
    const counted = OTHER_STEP.test(name) ? off.filter((key) => key !== "moved") : off;
    this.result.checks.push({ side: name, reference, ...distances, ok: counted.length === 0 });
    if (counted.length === 0) return;
    const words = counted.map((key) => `${key} off by ${distances[key].toExponential(1)}`);
    throw new Error(`its results differ from ${reference}: ${words.join(", ")}`);
  }

  /**
   * Times steps ("step") or forward passes ("forward") on a clip of `frames` frames, one round per side in turn, until
   * all rounds or the time limit. Of `flops` operations, sides that save some do `computed`.
   */
  async times(what, frames, flops, computed) {
    const call = { step: "steps", forward: "forward" }[what];
    const takes = (name) => !SIDES[name].product && (what === "step" || !OTHER_STEP.test(name));
    const rows = new Map();
    for (const name of [...this.sides.keys()].filter(takes)) {
      await this.attempt(name, async () => {
        this.say(`${name}: warming up at ${frames} frames`);
        await this.call(name, "begin", { frames });
        const start = performance.now();
        let step = await this.call(name, call, { count: 1 });
        if (step < ROUND_SECONDS) step = await this.call(name, call, { count: WARM_STEPS });
        const spent = (performance.now() - start) / 1000;
        const saves = SIDES[name].saves ? { computed } : {};
        rows.set(name, { side: name, ...emptyRow(step), spent, step, ...saves });
      });
    }
    await this.#rounds(rows, frames, async (name, row) => {
      row.step = await this.call(name, call, { count: row.count });
      return row.step;
    });
    const sides = [...rows.values()].filter((row) => row.seconds.length > 0);
    this.result.cases.push({ what, frames, batch: 1, flops, sides: sides.map(this.#row) });
  }

  /** Times the matrix product once for each group of sides that share a roof. */
  async roofs() {
    const n = this.settings.productSize;
    const rows = new Map();
    for (const name of [...this.sides.keys()]) {
      const { roof } = SIDES[name];
      if ([...rows.values()].some((row) => row.roof === roof)) continue;
      await this.attempt(name, async () => {
        this.say(`${name}: a matrix product of ${n} x ${n}`);
        const start = performance.now();
        const step = await this.call(name, "product", { n, count: 1 });
        const spent = (performance.now() - start) / 1000;
        rows.set(name, { side: name, roof, ...emptyRow(step), spent, step: 2 * step });
      });
    }
    // Each call warms up with one product.
    await this.#rounds(rows, null, async (name, row) => {
      const seconds = await this.call(name, "product", { n, count: row.count });
      row.step = (seconds * (row.count + 1)) / row.count;
      return seconds;
    });
    const done = [...rows.values()].filter((row) => row.seconds.length > 0);
    this.result.roofs = done.map((row) => ({ roof: row.roof, n, flops: 2 * n ** 3, ...this.#row(row) }));
  }

  #row = ({ side, count, seconds, busy, waited, computed }) => ({
    side,
    against: SIDES[side].against ?? null,
    count,
    seconds,
    busy,
    waited,
    computed,
  });

  /** Rounds in turn, every second one in reverse, so that no side always follows the same one. */
  async #rounds(rows, frames, once) {
    const { rounds, maxSeconds } = this.settings;
    for (let round = 0; round < rounds; round++) {
      const names = [...rows.keys()];
      if (round % 2 === 1) names.reverse();
      for (const name of names) {
        const row = rows.get(name);
        if (!this.sides.has(name) || row.over) continue;
        const next = row.step * row.count;
        if (row.spent + next > maxSeconds) {
          row.over = true;
          const enough = `${row.seconds.length} of ${rounds} rounds fit into ${maxSeconds} s`;
          this.skip(name, `${enough}: ${row.step.toPrecision(3)} s for one`, frames);
          continue;
        }
        const before = used();
        const seconds = await this.attempt(name, () => once(name, row), frames);
        if (seconds === null) continue;
        const after = used();
        if (before && after) {
          row.busy.push((after[0] - before[0]) / row.count);
          row.waited.push((after[1] - before[1]) / (seconds * row.count));
        }
        row.seconds.push(seconds);
        row.spent += row.step * row.count;
        this.say(`${name}: round ${round + 1} of ${rounds}, ${(seconds * 1000).toPrecision(4)} ms`);
      }
    }
  }

  /** Memory of one of our sides after its first ten steps and after many. */
  async memory(name, frames) {
    const { memorySteps: steps, maxSeconds } = this.settings;
    if (!this.sides.has(name) || steps === 0) return;
    await this.attempt(name, async () => {
      await this.call(name, "begin", { frames });
      const step = await this.call(name, "steps", { count: Math.min(10, steps) });
      const early = await this.call(name, "memory");
      let taken = Math.min(10, steps);
      const start = performance.now();
      while (taken < steps && performance.now() - start < maxSeconds * 1000) {
        const count = Math.min(perRound(step) * 10, steps - taken);
        await this.call(name, "steps", { count });
        taken += count;
      }
      if (taken < steps)
        this.skip(name, `${taken} of ${steps} steps for the memory fit into ${maxSeconds} s`, frames);
      this.result.memory.push({
        side: name,
        frames,
        steps: taken,
        early,
        late: await this.call(name, "memory"),
      });
    });
  }
}

/** A side's rounds, before the first one: seconds, and of these on cores and without one. */
function emptyRow(step) {
  return { count: perRound(step), seconds: [], busy: [], waited: [] };
}

/** Steps per round, enough for the resolution of the clock. */
function perRound(seconds) {
  return Math.min(Math.max(Math.floor(ROUND_SECONDS / seconds), 1), 100);
}
