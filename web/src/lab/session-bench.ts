import type { Clip } from "../clip.ts";
import { attacksAtOnce } from "../engine/batch.ts";
import { Engine } from "../engine/client.ts";
import type { AttackEvent, ModelInfo, Recognition, StepReport } from "../engine/protocol.ts";
import { asFailure, Failure } from "../failure.ts";
import type { Entry } from "../library.ts";
import type { Session } from "../session.ts";
import { bodyHeight } from "../viewer/viewer.ts";
import type { Bench, Job, Trial } from "./bench.ts";

/** The Lab on the session's own engine. Other networks judge on an engine beside it, so that the page's stays as it is. */
export class SessionBench implements Bench {
  readonly #session: Session;
  #judge: Engine | null = null;

  constructor(session: Session) {
    this.#session = session;
  }

  get model(): ModelInfo | null {
    const { engine } = this.#session;
    const { status, model } = engine.state;
    return status === "ready" && engine.loading === null ? model : null;
  }

  get loading(): boolean {
    const { engine } = this.#session;
    return engine.loading !== null || ["loading", "starting"].includes(engine.state.status);
  }

  get engine(): string {
    const { backend } = this.#session.engine.state;
    return backend ? `${backend.kind}: ${backend.name}` : "";
  }

  get occupied(): boolean {
    return this.#session.attacking;
  }

  async clip(entry: Entry): Promise<Clip> {
    try {
      return await this.#session.library.clip(entry);
    } catch (thrown) {
      throw new Failure("io", `A clip did not load: ${asFailure(thrown).message}.`);
    }
  }

  height(clip: Clip): number | null {
    return bodyHeight(clip);
  }

  atOnce({ frames, people }: Clip): number {
    const { backend, model } = this.#session.engine.state;
    // A network that has a number of frames of its own sees so many, or where it takes clips as they are, more.
    const seen = Math.max(frames, model?.frames ?? 0) * Math.max(people, model?.people ?? 1);
    return attacksAtOnce(backend, seen);
  }

  attack(jobs: Job[], step: (taken: number) => void): Trial {
    const told: StepReport[][] = jobs.map(() => []);
    let failure: Failure | null = null;
    const assaults = jobs.map((job, i) => ({
      ...job,
      listener: (event: AttackEvent) => {
        if (event.type === "error") failure = asFailure(event.error);
        if (event.type !== "report") return;
        told[i]?.push(event.report);
        step(Math.max(...told.map((reports) => reports.length)));
      },
    }));
    const attacks = this.#session.engine.attackTogether(assaults);
    const done = Promise.all(attacks.map((attack) => attack.done)).then((ends) => {
      if (ends.some(({ reason }) => reason === "error"))
        throw failure ?? new Failure("engine", "The engine stopped.");
      const outcomes = ends.flatMap(({ reason, data, recognition: { probabilities } }, i) =>
        reason === "held" || reason === "iterations"
          ? [{ reports: told[i] ?? [], data, probabilities, end: reason }]
          : [],
      );
      return outcomes.length === ends.length ? outcomes : null;
    });
    // An order to one is an order to all.
    const [first] = attacks;
    return {
      done,
      pause: () => first?.pause(),
      resume: () => first?.resume(),
      cancel: () => first?.cancel(),
    };
  }

  async judge(model: ModelInfo, clip: Clip): Promise<Recognition> {
    if (!this.#judge) {
      this.#judge = new Engine();
      await this.#judge.start(this.#session.state.engine);
    }
    if (this.#judge.state.model?.id !== model.id) await this.#session.engine.load(this.#judge, model.id);
    return this.#judge.recognise(clip);
  }

  release(): void {
    this.#judge?.dispose();
    this.#judge = null;
  }

  async revive(model: ModelInfo): Promise<void> {
    const { engine, state } = this.#session;
    if (engine.state.status === "failed" || !engine.wanted) {
      this.#session.dismiss();
      await engine.start(state.engine);
    }
    if (!this.model) await engine.prepareFor(model.layout, model.id);
    if (!this.model) throw new Failure("engine", engine.state.error?.message ?? "The engine did not start.");
  }
}
