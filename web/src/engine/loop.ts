import { stepsAtOnce } from "./batch.ts";
import { errorMessage } from "./errors.ts";
import type { AttackConfig, AttackEnd, AttackEvent, Control, Recognition, StepReport } from "./protocol.ts";

/** What the loop needs of the attacks under way, which are known by their places. */
export interface Stepper {
  /** Prepares the first step of an attack with each of the settings. */
  begin(configs: AttackConfig[]): Promise<void>;
  /** Up to so many steps of the attacks at these places, at least one of each; all attacks' reports, by place. */
  steps(which: number[], count: number): Promise<StepReport[][]>;
  /** The last iterate, (T, M, V, C). */
  perturbed(which: number): Float32Array;
  /** What the recogniser says of each attack's. */
  recognise(): Promise<Recognition[]>;
  /** Other settings of a single attack from the next step on; throws where they are refused. */
  configure(config: AttackConfig): void;
}

/** The perturbed clip is posted at least as often as this. */
const DATA_EVERY_MS = 150;

/**
 * Drives one attack, or several together: a few steps, a look at the message queue, their reports. Orders (pause, cancel ...)
 * arrive as messages of the worker and so are obeyed between any two calls of the engine, which are short. They are for all
 * attacks; those that are done wait for the others.
 */
export class AttackLoop {
  #mode: "running" | "paused" | "one" | "cancelled" = "running";
  #wake: () => void = () => {};
  #begun = false;
  #reports: (StepReport | null)[];
  #configs: AttackConfig[];
  #stepper: Stepper;
  #post: (which: number, event: AttackEvent) => void;

  constructor(stepper: Stepper, configs: AttackConfig[], post: (which: number, event: AttackEvent) => void) {
    this.#stepper = stepper;
    this.#configs = configs;
    this.#reports = configs.map(() => null);
    this.#post = post;
  }

  /** Each attack's last report. */
  get reports(): (StepReport | null)[] {
    return this.#reports;
  }

  control(action: Control): void {
    if (this.#mode === "cancelled") return;
    if (action === "resume" && this.#mode === "paused") this.#tell({ type: "resumed" });
    const modes = { pause: "paused", resume: "running", step: "one", cancel: "cancelled" } as const;
    this.#mode = modes[action];
    this.#wake();
  }

  configure(which: number, patch: Partial<AttackConfig>): void {
    try {
      const [config, ...others] = this.#configs;
      if (!config || others.length > 0) {
        throw { kind: "config", message: "attacks that are computed together keep their settings" };
      }
      const changed = { ...config, ...patch };
      if (this.#begun) this.#stepper.configure(changed);
      this.#configs = [changed];
    } catch (thrown) {
      this.#post(which, { type: "error", error: errorMessage(thrown) });
    }
  }

  /** Until all attacks are done, cancelled, or failed (then it throws). Gives their ends. */
  async run(): Promise<AttackEnd[]> {
    await this.#stepper.begin(this.#configs);
    this.#begun = true;
    let posted = 0;
    let count = 1;
    let under = this.#under();
    while (under.length > 0 && (await this.#permitted())) {
      const single = this.#mode === "one";
      if (single) this.#mode = "paused";
      const start = performance.now();
      const taken = await this.#stepper.steps(under, single ? 1 : count);
      const most = Math.max(...taken.map((reports) => reports.length));
      count = stepsAtOnce(most, performance.now() - start);
      for (const which of under) this.#reports[which] = taken[which]?.at(-1) ?? this.#reports[which] ?? null;
      await messages();
      const due = this.#mode !== "running" || performance.now() - posted >= DATA_EVERY_MS;
      if (due) posted = performance.now();
      for (const which of under) this.#report(which, taken[which] ?? [], due);
      under = this.#under();
    }
    const said = await this.#stepper.recognise();
    return this.#reports.map((report, which) => ({
      reason: report?.done ?? "cancelled",
      report,
      data: this.#stepper.perturbed(which),
      recognition: said[which] ?? { probabilities: new Float32Array(), top: [] },
    }));
  }

  /** The places of the attacks that are not done. */
  #under(): number[] {
    return [...this.#reports.keys()].filter((which) => !this.#reports[which]?.done);
  }

  /** Tells reports of steps that were taken at once. The engine's clip is that of the last of them. */
  #report(which: number, reports: StepReport[], due: boolean): void {
    const last = reports.at(-1);
    for (const report of reports) {
      const data = report === last && (due || report.done !== null);
      this.#post(which, { type: "report", report, ...(data && { data: this.#stepper.perturbed(which) }) });
    }
  }

  #tell(event: AttackEvent): void {
    for (const which of this.#reports.keys()) this.#post(which, event);
  }

  /** Waits out a pause. May another step be taken? */
  async #permitted(): Promise<boolean> {
    while (this.#mode === "paused") {
      const order = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#tell({ type: "paused" });
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
