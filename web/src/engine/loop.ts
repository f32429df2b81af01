import { stepsAtOnce } from "./batch.ts";
import { errorMessage } from "./errors.ts";
import type { AttackConfig, AttackEnd, AttackEvent, Control, Recognition, StepReport } from "./protocol.ts";

/** What the loop needs of an attack under way. */
export interface Stepper {
  /** Prepares the first step. */
  begin(config: AttackConfig): Promise<void>;
  /** Up to so many steps, at least one; the promise settles when their reports are there. */
  steps(count: number): Promise<StepReport[]>;
  /** The last iterate, (T, M, V, C). */
  perturbed(): Float32Array;
  /** What the recogniser says of it. */
  recognise(): Promise<Recognition>;
  /** Other settings from the next step on; throws where they are refused. */
  configure(config: AttackConfig): void;
}

/** The perturbed clip is posted at least as often as this. */
const DATA_EVERY_MS = 150;

/**
 * Drives one attack: a few steps, a look at the message queue, their reports. Orders (pause, cancel ...) arrive as messages of
 * the worker and so are obeyed between any two calls of the engine, which are short.
 */
export class AttackLoop {
  #mode: "running" | "paused" | "one" | "cancelled" = "running";
  #wake: () => void = () => {};
  #begun = false;
  #report: StepReport | null = null;
  #config: AttackConfig;
  #stepper: Stepper;
  #post: (event: AttackEvent) => void;

  constructor(stepper: Stepper, config: AttackConfig, post: (event: AttackEvent) => void) {
    this.#stepper = stepper;
    this.#config = config;
    this.#post = post;
  }

  /** The last report. */
  get report(): StepReport | null {
    return this.#report;
  }

  control(action: Control): void {
    if (this.#mode === "cancelled") return;
    if (action === "resume" && this.#mode === "paused") this.#post({ type: "resumed" });
    const modes = { pause: "paused", resume: "running", step: "one", cancel: "cancelled" } as const;
    this.#mode = modes[action];
    this.#wake();
  }

  configure(patch: Partial<AttackConfig>): void {
    const config = { ...this.#config, ...patch };
    try {
      if (this.#begun) this.#stepper.configure(config);
      this.#config = config;
    } catch (thrown) {
      this.#post({ type: "error", error: errorMessage(thrown) });
    }
  }

  /** Until the attack is done, cancelled, or failed (then it throws). */
  async run(): Promise<AttackEnd> {
    await this.#stepper.begin(this.#config);
    this.#begun = true;
    let posted = 0;
    let count = 1;
    while (await this.#permitted()) {
      const single = this.#mode === "one";
      if (single) this.#mode = "paused";
      const start = performance.now();
      const reports = await this.#stepper.steps(single ? 1 : count);
      count = stepsAtOnce(reports.length, performance.now() - start);
      // The engine's clip is that of the last of them.
      const report = reports.pop();
      if (!report) continue;
      this.#report = report;
      await messages();
      for (const earlier of reports) this.#post({ type: "report", report: earlier });
      const now = performance.now();
      const last = report.done !== null || this.#mode !== "running";
      if (last || now - posted >= DATA_EVERY_MS) {
        posted = now;
        this.#post({ type: "report", report, data: this.#stepper.perturbed() });
      } else {
        this.#post({ type: "report", report });
      }
      if (report.done) break;
    }
    const reason = this.#report?.done ?? "cancelled";
    const data = this.#stepper.perturbed();
    return { reason, report: this.#report, data, recognition: await this.#stepper.recognise() };
  }

  /** Waits out a pause. May another step be taken? */
  async #permitted(): Promise<boolean> {
    while (this.#mode === "paused") {
      const order = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#post({ type: "paused" });
      await order;
    }
    return this.#mode !== "cancelled";
  }
}

/** Lets the worker handle the messages that have arrived. A promise alone would not: it goes before any message. */
export function messages(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
