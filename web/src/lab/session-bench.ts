import type { Clip } from "../clip.ts";
import { Engine } from "../engine/client.ts";
import type { AttackConfig, ModelInfo, Recognition } from "../engine/protocol.ts";
import { asFailure, Failure } from "../failure.ts";
import type { Entry } from "../library.ts";
import type { Session } from "../session.ts";
import { bodyHeight } from "../viewer/viewer.ts";
import type { Bench, Trial } from "./bench.ts";

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

  attack(clip: Clip, config: AttackConfig, step: (taken: number) => void): Trial {
    const run = this.#session.engine.attack(clip, config, this.model?.classes ?? [], false);
    const done: Trial["done"] = new Promise((resolve, reject) => {
      run.addEventListener("change", (event) => {
        const what = (event as CustomEvent<string>).detail;
        if (what === "report") step(run.reports.length);
        if (what !== "end") return;
        const { end, data, probabilities, reports } = run;
        if (end === "cancelled") resolve(null);
        else if (end === "error" || end === null || !data || !probabilities)
          reject(run.failure ?? new Failure("engine", "The engine stopped."));
        else resolve({ reports, data, probabilities, end });
      });
    });
    return { done, pause: () => run.pause(), resume: () => run.resume(), cancel: () => run.cancel() };
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
