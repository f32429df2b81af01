import type { AttackConfig, Recognition, StepReport } from "../core/types.ts";
import { stepsAtOnce } from "./batch.ts";
import { errorMessage } from "./errors.ts";
import type { AttackEnd, AttackEvent, BestIterate, Control } from "./messages.ts";
import { messages } from "./turns.ts";

/** The engine calls that the loop makes. Attacks are named by their index in the message that started them. */
export interface Stepper {
  /** Prepares one attack for each of the settings. */
  begin(configs: AttackConfig[]): Promise<void>;
  /** Takes 1 to `count` steps of the attacks at these indices. Returns the reports of all attacks, by index. */
  steps(which: number[], count: number): Promise<StepReport[][]>;
  /** The last iterate, (T, M, V, C). */
  perturbed(which: number): Float32Array;
  /** The iterate that the attack would return if it ended now, unless the one after `known` updates; null if none. */
  best(which: number, known: number): BestIterate | null;
  /** The recogniser's probabilities for each attack's last iterate. */
  recognise(): Promise<Recognition[]>;
  /** Changes the settings of an attack from the next step on; throws if they are rejected. */
  configure(which: number, config: AttackConfig): void;
}

/** The perturbed clip is posted at least this often. */
const DATA_EVERY_MS = 150;

/**
 * Computes the attacks of one "attack" message in the worker: takes a few steps, handles the messages that have
 * arrived, posts the reports, and repeats. So pause, cancel and changed settings take effect between two short engine
 * calls. They apply to all attacks of the loop; finished attacks wait for the others.
 */
export class AttackLoop {
  #mode: "running" | "paused" | "one" | "cancelled" = "running";
  #wake: () => void = () => {};
  #begun = false;
  #reports: (StepReport | null)[];
  /** Updates of each attack's best iterate that was posted last; 0 is the clean clip, which the page has. */
  #best: number[];
  #configs: AttackConfig[];
  #stepper: Stepper;
  #post: (which: number, event: AttackEvent) => void;

  constructor(stepper: Stepper, configs: AttackConfig[], post: (which: number, event: AttackEvent) => void) {
    this.#stepper = stepper;
    this.#configs = configs;
    this.#reports = configs.map(() => null);
    this.#best = configs.map(() => 0);
    this.#post = post;
  }

  /** Each attack's last report. */
  get reports(): (StepReport | null)[] {
    return this.#reports;
  }

  control(action: Control): void {
    if (this.#mode === "cancelled") return;
    if (action === "resume" && this.#mode === "paused") this.#postAll({ type: "resumed" });
    const modes = { pause: "paused", resume: "running", step: "one", cancel: "cancelled" } as const;
    this.#mode = modes[action];
    this.#wake();
  }

  configure(which: number, patch: Partial<AttackConfig>): void {
    try {
      const [config, ...others] = this.#configs;
      if (!config || others.length > 0) {
        throw { kind: "config", message: "settings of attacks that are computed together cannot be changed" };
      }
      const changed = { ...config, ...patch };
      if (this.#begun) this.#stepper.configure(which, changed);
      this.#configs = [changed];
    } catch (thrown) {
      this.#post(which, { type: "error", error: errorMessage(thrown) });
    }
  }

  /** Runs until every attack is done or all are cancelled. Throws if the engine fails. */
  async run(): Promise<AttackEnd[]> {
    await this.#stepper.begin(this.#configs);
    this.#begun = true;
    let posted = 0;
    let count = 1;
    let open = this.#open();
    while (open.length > 0 && (await this.#mayContinue())) {
      const single = this.#mode === "one";
      if (single) this.#mode = "paused";
      const start = performance.now();
      const taken = await this.#stepper.steps(open, single ? 1 : count);
      const most = Math.max(...taken.map((reports) => reports.length));
      count = stepsAtOnce(most, performance.now() - start);
      for (const which of open) this.#reports[which] = taken[which]?.at(-1) ?? this.#reports[which] ?? null;
      await messages();
      const due = this.#mode !== "running" || performance.now() - posted >= DATA_EVERY_MS;
      if (due) posted = performance.now();
      for (const which of open) this.#postReports(which, taken[which] ?? [], due);
      open = this.#open();
    }
    const recognised = await this.#stepper.recognise();
    return this.#reports.map((report, which) => ({
      reason: report?.done ?? "cancelled",
      report,
      data: this.#stepper.perturbed(which),
      recognition: recognised[which] ?? { probabilities: new Float32Array(), top: [] },
    }));
  }

  /** Indices of the attacks that are not done. */
  #open(): number[] {
    return [...this.#reports.keys()].filter((which) => !this.#reports[which]?.done);
  }

  /** Posts the reports of one call. The engine's perturbed clip belongs to the last of them. */
  #postReports(which: number, reports: StepReport[], due: boolean): void {
    const last = reports.at(-1);
    for (const report of reports) {
      const data = report === last && (due || report.done !== null);
      this.#post(which, { type: "report", report, ...(data && this.#iterates(which)) });
    }
  }

  #iterates(which: number): { data: Float32Array; best?: BestIterate } {
    const best = this.#stepper.best(which, this.#best[which] ?? 0);
    if (best) this.#best[which] = best.updates;
    return { data: this.#stepper.perturbed(which), ...(best && { best }) };
  }

  #postAll(event: AttackEvent): void {
    for (const which of this.#reports.keys()) this.#post(which, event);
  }

  /** Waits while paused. Returns false once cancelled. */
  async #mayContinue(): Promise<boolean> {
    while (this.#mode === "paused") {
      const control = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#postAll({ type: "paused" });
      await control;
    }
    return this.#mode !== "cancelled";
  }
}
