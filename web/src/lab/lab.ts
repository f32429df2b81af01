import type { ModelInfo } from "../engine/protocol.ts";
import { asFailure, Failure } from "../failure.ts";
import type { Entry } from "../library.ts";
import type { Bench, Trial } from "./bench.ts";
import { emptyPlan, type Plan, plan, type Task } from "./plan.ts";
import { attackRow, judgedRow, type Row } from "./rows.ts";
import { type LabSettings, labDefaults } from "./settings.ts";
import { Stopwatch } from "./stopwatch.ts";
import { type Ground, obstacle, type Setting } from "./sweeps.ts";

/**
 * A sweep, one task after the other. Rows are kept by task, so a sweep that was stopped, that failed or that got more
 * clips goes on with what has no row yet. Says "change", "step" for each step of an attack, and "done"
 * when nothing more is computed.
 */
export class Lab extends EventTarget {
  settings: LabSettings = labDefaults();
  status: "idle" | "running" | "paused" | "failed" = "idle";
  /** Why the sweep stopped by itself. */
  failure: Failure | null = null;
  readonly rows = new Map<string, Row>();
  /** Why tasks could not be computed, by key. They are tried again when the sweep goes on. */
  readonly troubles = new Map<string, string>();
  /** The task under way and the steps that it has taken. */
  now: { task: Task; taken: number } | null = null;
  plan: Plan = emptyPlan;
  ground: Ground | null = null;
  readonly #bench: Bench;
  readonly #watch = new Stopwatch();
  #entries: Entry[] = [];
  #trial: Trial | null = null;
  /** Attacked clips that other networks judge, by the attack's key, (T, M, V, C). */
  #attacked = new Map<string, Float32Array>();
  /** Which start may go on: one that was cancelled must not wake up again. */
  #turn = 0;
  #wake: () => void = () => {};

  constructor(bench: Bench) {
    super();
    this.#bench = bench;
  }

  /** The tasks of this sweep that are done, in the plan's order. A row can be of another sweep, so the setting is the plan's. */
  get done(): { task: Task; row: Row }[] {
    return this.plan.tasks.flatMap((task) => {
      const row = this.rows.get(task.key);
      return row ? [{ task, row: { ...row, setting: task.setting.id } }] : [];
    });
  }

  /** Their rows. */
  get results(): Row[] {
    return this.done.map(({ row }) => row);
  }

  /** Those of one setting. */
  of(setting: Setting): Row[] {
    return this.done.filter(({ task }) => task.setting === setting).map(({ row }) => row);
  }

  /** How many tasks have no row yet. */
  get open(): number {
    return this.plan.tasks.filter((task) => !this.rows.has(task.key)).length;
  }

  get busy(): boolean {
    return this.status === "running" || this.status === "paused";
  }

  /** Why nothing can be computed now, in words for the visitor; null where it can. */
  get obstacle(): string | null {
    if (this.#bench.occupied) return "The playground's own attack is under way. Finish or cancel it first.";
    if (this.#bench.loading) return "The network is on its way.";
    if (!this.ground) return "No network is loaded yet.";
    if (this.plan.clips.length === 0) return "No clip is chosen.";
    return obstacle(this.settings, this.ground);
  }

  /** Tells that clips, networks or the bench's other work changed. A plan under way stays as it is. */
  survey(entries: Entry[], ground: Ground | null): void {
    if (!this.busy) {
      this.#entries = entries;
      this.ground = ground;
      this.#replan();
    }
    this.#changed();
  }

  /** Changes settings; not while a sweep is under way. */
  set(patch: Partial<LabSettings>): void {
    if (this.busy) return;
    this.settings = { ...this.settings, ...patch };
    this.failure = null;
    this.troubles.clear();
    this.#replan();
    this.#become("idle");
  }

  /** Begins, or goes on with what has no row yet. Settles when nothing more is computed. */
  async start(): Promise<void> {
    if (this.obstacle !== null) return;
    if (this.busy) {
      this.resume();
      return;
    }
    const turn = ++this.#turn;
    this.failure = null;
    this.troubles.clear();
    this.#become("running");
    try {
      if (!this.#bench.model && this.ground) await this.#bench.revive(this.ground.model);
      while (turn === this.#turn) {
        const task = this.plan.tasks.find((one) => this.#open(one));
        if (!task) break;
        await this.#compute(task, turn);
        await this.#permitted();
      }
      if (turn === this.#turn) this.#end("idle");
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.failure = asFailure(thrown);
      this.#end("failed");
    }
  }

  /** Holds the attack under way between two steps. */
  pause(): void {
    if (this.status !== "running") return;
    this.#trial?.pause();
    this.#become("paused");
  }

  resume(): void {
    if (this.status !== "paused" || this.#bench.occupied || this.#bench.loading) return;
    this.#trial?.resume();
    this.#become("running");
    this.#wake();
  }

  /** Stops now. The clip under way is lost; every row stays. */
  cancel(): void {
    if (!this.busy) return;
    this.#turn += 1;
    this.#trial?.cancel();
    this.#end("idle");
    this.#wake();
  }

  /** Forgets the rows of this sweep. */
  clear(): void {
    if (this.busy) return;
    for (const { key } of this.plan.tasks) {
      for (const kept of [this.rows, this.troubles, this.#attacked]) kept.delete(key);
    }
    this.failure = null;
    this.#become("idle");
  }

  /** Is there something to compute? */
  #open({ key, needs }: Task): boolean {
    if (this.troubles.has(key) || (needs && this.troubles.has(needs.key))) return false;
    return !this.rows.has(key) || (this.plan.kept.has(key) && !this.#attacked.has(key));
  }

  async #compute(task: Task, turn: number): Promise<void> {
    this.now = { task, taken: 0 };
    this.#changed();
    const began = this.#watch.seconds;
    try {
      const row = await (task.needs ? this.#judge(task, task.needs) : this.#attack(task, turn));
      if (row && turn === this.#turn)
        this.rows.set(task.key, { ...row, seconds: this.#watch.seconds - began });
    } catch (thrown) {
      const failure = asFailure(thrown);
      // Without the engine or its network nothing goes on; all else is this clip's own trouble.
      if (!this.#bench.model || failure.kind === "engine") throw failure;
      this.#model();
      this.troubles.set(task.key, failure.message);
    }
  }

  async #attack(task: Task, turn: number): Promise<Row | null> {
    const model = this.#model();
    const clip = await this.#bench.clip(task.clip);
    if (turn !== this.#turn) return null;
    const trial = this.#bench.attack(clip, task.setting.config, (taken) => {
      // A last word of an attack that was cancelled.
      if (turn !== this.#turn) return;
      this.now = { task, taken };
      this.dispatchEvent(new Event("step"));
    });
    this.#trial = trial;
    // The pause may have come while the clip was on its way.
    if (this.status === "paused") trial.pause();
    const outcome = await trial.done;
    if (turn !== this.#turn) return null;
    this.#trial = null;
    if (!outcome) {
      // During a pause others may attack, which ends ours: it is done again. Else the engine was restarted under us.
      if (this.status === "paused") return null;
      throw new Failure("engine", "The engine was stopped or started anew.");
    }
    if (this.plan.kept.has(task.key)) this.#attacked.set(task.key, outcome.data);
    const row = attackRow(task, model, outcome, this.#bench.engine, this.#bench.height(clip));
    if (!row) throw new Failure("config", "The attack ended without a step.");
    return row;
  }

  async #judge(task: Task, needs: Task): Promise<Row> {
    const [judge, attacked, data] = [
      task.setting.judge,
      this.rows.get(needs.key),
      this.#attacked.get(needs.key),
    ];
    if (!judge || !attacked || !data) throw new Failure("config", "There is no attacked clip to judge.");
    const clip = await this.#bench.clip(task.clip);
    const clean = await this.#bench.judge(judge, clip);
    const perturbed = await this.#bench.judge(judge, { ...clip, data });
    return judgedRow(task, attacked, judge, clean.probabilities, perturbed.probabilities);
  }

  /** The network of this sweep, not another one that was loaded meanwhile. */
  #model(): ModelInfo {
    const { model } = this.#bench;
    if (model && model.id === this.ground?.model.id) return model;
    throw new Failure("engine", model ? `The network was changed to ${model.name}.` : "The engine stopped.");
  }

  async #permitted(): Promise<void> {
    while (this.status === "paused") {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #replan(): void {
    this.plan = this.ground ? plan(this.settings, this.#entries, this.ground) : emptyPlan;
  }

  #end(status: "idle" | "failed"): void {
    this.now = null;
    this.#trial = null;
    this.#bench.release();
    this.#become(status);
    this.dispatchEvent(new Event("done"));
  }

  #become(status: Lab["status"]): void {
    this.status = status;
    if (status === "running") this.#watch.run();
    else this.#watch.stop();
    this.#changed();
  }

  #changed(): void {
    this.dispatchEvent(new Event("change"));
  }
}
