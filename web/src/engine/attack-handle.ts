import type { AttackConfig, ErrorMessage, StepReport } from "../core/types.ts";
import type { AttackEnd, AttackEvent, BestIterate, Control } from "./messages.ts";

/** Controls one running attack in the worker and delivers its events to a listener. */
export class AttackHandle {
  /** Resolves when the attack is over, for whatever reason; never rejects. */
  readonly done: Promise<AttackEnd>;
  #resolve: (end: AttackEnd) => void = () => {};
  #listener: (event: AttackEvent) => void;
  #data: Float32Array;
  #best: BestIterate | null = null;
  /** The report that came with `#data`. */
  #report: StepReport | null = null;
  #over = false;
  /** Calls made before the worker had the attack. */
  #early: (() => void)[] = [];
  #control: (action: Control) => void = (action) => this.#early.push(() => this.#control(action));
  #configure: (patch: Partial<AttackConfig>) => void = (patch) =>
    this.#early.push(() => this.#configure(patch));

  /** `data`: the clean clip, (T, M, V, C), which is the last iterate until a step is taken. */
  constructor(data: Float32Array, listener: (event: AttackEvent) => void) {
    this.#data = data;
    this.#listener = listener;
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  pause(): void {
    this.#send("pause");
  }

  resume(): void {
    this.#send("resume");
  }

  /** Takes one step, then pauses. */
  step(): void {
    this.#send("step");
  }

  cancel(): void {
    this.#send("cancel");
  }

  /** Changes settings from the next step on. A rejected setting arrives as an "error" event. */
  configure(patch: Partial<AttackConfig>): void {
    if (!this.#over) this.#configure(patch);
  }

  /** For the client: how to reach the worker. */
  connect(control: (action: Control) => void, configure: (patch: Partial<AttackConfig>) => void): void {
    this.#control = control;
    this.#configure = configure;
    for (const call of this.#early.splice(0)) call();
  }

  /** For the client: an event from the worker. */
  receive(event: AttackEvent): void {
    if (this.#over) return;
    if (event.type === "report") {
      if (event.data) {
        this.#report = event.report;
        // A copy: the page may write into the array that it gets.
        this.#data = event.data.slice();
      }
      if (event.best) this.#best = event.best;
    }
    this.#listener(event);
  }

  /** For the client: the worker has ended the attack. */
  finish(end: AttackEnd): void {
    if (this.#over) return;
    this.#over = true;
    const data = end.data.length > 0 ? end.data : this.#data;
    // An attack that runs to its end returns its best iterate by itself.
    const best = end.reason === "error" ? this.#best : null;
    this.#resolve({ ...end, data, ...best });
  }

  /** For the client: the engine failed or rejected the attack. */
  fail(error: ErrorMessage): void {
    this.receive({ type: "error", error });
    this.stop("error");
  }

  /** For the client: the worker is gone; the best known clip, else the last one, is the result. */
  stop(reason: "cancelled" | "error"): void {
    const recognition = { probabilities: new Float32Array(), top: [] };
    this.finish({ reason, report: this.#report, data: this.#data, recognition });
  }

  #send(action: Control): void {
    if (!this.#over) this.#control(action);
  }
}
