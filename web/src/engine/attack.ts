import type { AttackConfig, AttackEnd, AttackEvent, Control, ErrorMessage, StepReport } from "./protocol.ts";

/** An attack under way, as the page holds it. */
export class Attack {
  /** Settles when the attack is over, whatever the reason; it never rejects. */
  readonly done: Promise<AttackEnd>;
  #resolve: (end: AttackEnd) => void = () => {};
  #listener: (event: AttackEvent) => void;
  #data: Float32Array;
  #report: StepReport | null = null;
  #over = false;
  /** Orders that came before the worker knew of the attack. */
  #early: (() => void)[] = [];
  #control: (action: Control) => void = (action) => this.#early.push(() => this.#control(action));
  #configure: (patch: Partial<AttackConfig>) => void = (patch) =>
    this.#early.push(() => this.#configure(patch));

  /** `data`: the clip's own, which is the last iterate as long as there is none. */
  constructor(data: Float32Array, listener: (event: AttackEvent) => void) {
    this.#data = data;
    this.#listener = listener;
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  pause(): void {
    this.#order("pause");
  }

  resume(): void {
    this.#order("resume");
  }

  /** One step, then pause. */
  step(): void {
    this.#order("step");
  }

  cancel(): void {
    this.#order("cancel");
  }

  /** Other settings, from the next step on. A refused one is told as an "error" event. */
  configure(patch: Partial<AttackConfig>): void {
    if (!this.#over) this.#configure(patch);
  }

  /** For the engine: where orders go from now on. */
  connect(control: (action: Control) => void, configure: (patch: Partial<AttackConfig>) => void): void {
    this.#control = control;
    this.#configure = configure;
    for (const order of this.#early.splice(0)) order();
  }

  /** For the engine: an event from the worker. */
  tell(event: AttackEvent): void {
    if (this.#over) return;
    if (event.type === "report") {
      this.#report = event.report;
      // The page may draw into what it gets.
      if (event.data) this.#data = event.data.slice();
    }
    this.#listener(event);
  }

  /** For the engine: the worker's last word. */
  finish(end: AttackEnd): void {
    if (this.#over) return;
    this.#over = true;
    const data = end.data.length > 0 ? end.data : this.#data;
    this.#resolve({ ...end, data });
  }

  /** For the engine: it failed or refused. */
  fail(error: ErrorMessage): void {
    this.tell({ type: "error", error });
    this.stop("error");
  }

  /** For the engine: the worker is gone; what is known so far stays. */
  stop(reason: "cancelled" | "error"): void {
    const recognition = { probabilities: new Float32Array(), top: [] };
    this.finish({ reason, report: this.#report, data: this.#data, recognition });
  }

  #order(action: Control): void {
    if (!this.#over) this.#control(action);
  }
}
