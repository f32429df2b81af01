import type { Clip } from "../base/clip.ts";
import { asFailure, Failure } from "../base/failure.ts";
import type { Entry } from "../clips/gallery.ts";
import { bodyHeight } from "../core/clips.ts";
import type { ModelEntry, Recognition, StepReport } from "../core/types.ts";
import { attacksAtOnce } from "../engine/batch.ts";
import { EngineClient } from "../engine/client.ts";
import type { AttackEvent } from "../engine/messages.ts";
import type { AttackGroup, LabHost, LabRequest } from "../lab/host.ts";
import type { Playground } from "./playground.ts";

/**
 * The Lab on the page's engine. Other networks judge, and are attacked, on a second engine, so that the page's keeps
 * its network.
 */
export class PlaygroundHost implements LabHost {
  readonly #playground: Playground;
  #second: EngineClient | null = null;

  constructor(playground: Playground) {
    this.#playground = playground;
  }

  get model(): ModelEntry | null {
    const { engine } = this.#playground;
    const { status, model } = engine.state;
    return status === "ready" && engine.loading === null ? model : null;
  }

  get loading(): boolean {
    const { engine } = this.#playground;
    return engine.loading !== null || ["loading", "starting"].includes(engine.state.status);
  }

  device(model: ModelEntry): string {
    const { backend } = this.#isOwn(model)
      ? this.#playground.engine.state
      : (this.#second?.state ?? { backend: null });
    return backend ? `${backend.kind}: ${backend.name}` : "";
  }

  get occupied(): boolean {
    return this.#playground.attacking;
  }

  async clip(entry: Entry): Promise<Clip> {
    try {
      return await this.#playground.library.clip(entry);
    } catch (thrown) {
      throw new Failure("io", `The clip "${entry.name}" did not load: ${asFailure(thrown).message}.`);
    }
  }

  height(clip: Clip): number | null {
    return bodyHeight(clip);
  }

  atOnce({ frames, people }: Clip): number {
    const { backend, model } = this.#playground.engine.state;
    // The network resamples a clip to its own number of frames and people, if it has one.
    const seen = Math.max(frames, model?.frames ?? 0) * Math.max(people, model?.people ?? 1);
    return attacksAtOnce(backend, seen);
  }

  async prepare(model: ModelEntry): Promise<void> {
    if (!this.#isOwn(model)) await this.#beside(model);
  }

  attack(requests: LabRequest[], onStep: (taken: number) => void, model: ModelEntry): AttackGroup {
    const reports: StepReport[][] = requests.map(() => []);
    let failure: Failure | null = null;
    const heard = requests.map((request, i) => ({
      ...request,
      listener: (event: AttackEvent) => {
        if (event.type === "error") failure = asFailure(event.error);
        if (event.type !== "report") return;
        reports[i]?.push(event.report);
        onStep(Math.max(...reports.map((own) => own.length)));
      },
    }));
    const engine = this.#isOwn(model) ? this.#playground.engine : this.#second;
    if (!engine) throw new Failure("engine", `${model.name} is not loaded. Resume the sweep to load it.`);
    const handles = engine.attackTogether(heard);
    const done = Promise.all(handles.map((handle) => handle.done)).then((ends) => {
      if (ends.some(({ reason }) => reason === "error"))
        throw failure ?? new Failure("engine", "The engine stopped.");
      const outcomes = ends.flatMap(({ reason, data, recognition: { probabilities } }, i) =>
        reason === "held" || reason === "iterations"
          ? [{ reports: reports[i] ?? [], data, probabilities, end: reason }]
          : [],
      );
      return outcomes.length === ends.length ? outcomes : null;
    });
    // Controlling one of them controls all.
    const [first] = handles;
    return {
      done,
      pause: () => first?.pause(),
      resume: () => first?.resume(),
      cancel: () => first?.cancel(),
    };
  }

  async judge(model: ModelEntry, clip: Clip): Promise<Recognition> {
    const engine = await this.#beside(model);
    return engine.recognise(clip);
  }

  release(): void {
    this.#second?.dispose();
    this.#second = null;
  }

  async revive(model: ModelEntry): Promise<void> {
    const { engine, state } = this.#playground;
    if (engine.state.status === "failed" || !engine.wanted) {
      this.#playground.dismiss();
      await engine.start(state.engine);
    }
    if (!this.model) await engine.prepareFor(model.layout, model.id);
    if (!this.model) throw new Failure("engine", engine.state.error?.message ?? "The engine did not start.");
  }

  #isOwn(model: ModelEntry): boolean {
    return model.id === this.model?.id;
  }

  /** The second engine with this network. */
  async #beside(model: ModelEntry): Promise<EngineClient> {
    let engine = this.#second;
    if (!engine) {
      engine = new EngineClient();
      this.#second = engine;
      await engine.start(this.#playground.state.engine);
    }
    if (engine.state.model?.id !== model.id) await this.#playground.engine.load(engine, model.id);
    return engine;
  }
}
