import type { Clip } from "../clip.ts";
import type { ModelInfo } from "../engine/protocol.ts";
import { asFailure, Failure } from "../failure.ts";
import type { Entry } from "../library.ts";
import type { Bench, Trial } from "./bench.ts";
import { emptyPlan, type Plan, plan, type Task, together } from "./plan.ts";
import { attackRow, judgedRow, type Row } from "./rows.ts";
import { type LabSettings, labDefaults } from "./settings.ts";
import { Stopwatch } from "./stopwatch.ts";
import { type Ground, obstacle, type Setting } from "./sweeps.ts";

/**
 * A sweep, one task after the other, or several attacks together where the bench computes them faster so. Rows are kept by task, so a sweep that was stopped, that failed or that got more
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
  /** The tasks under way and the most steps that one of them has taken. */
  now: { tasks: Task[]; taken: number } | null = null;
  plan: Plan = emptyPlan;
  ground: Ground | null = null;
  readonly #bench: Bench;
  readonly #watch = new Stopwatch();
  #entries: Entry[] = [];
  #trial: Trial | null = null;
  /** Attacked clips that other networks judge, by the attack's key, (T, M, V, C). */
  #attacked = new Map<string, Float32Array>();
  /** Keys of tasks that failed together: each is tried alone, so that only who is to blame is in trouble. */
  #alone = new Set<string>();
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
    this.#alone.clear();
    this.#become("running");
    try {
      if (!this.#bench.model && this.ground) await this.#bench.revive(this.ground.model);
      while (turn === this.#turn) {
        const open = this.plan.tasks.filter((one) => this.#open(one));
        const [task] = open;
        if (!task) break;
        await this.#compute(task, open, turn);
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

  /** A task of those that are open, an attack perhaps with others of them. */
  async #compute(task: Task, open: Task[], turn: number): Promise<void> {
    this.#under([task]);
    const began = this.#watch.seconds;
    try {
      const rows = await (task.needs ? this.#judge(task, task.needs) : this.#attacks(task, open, turn));
      if (turn !== this.#turn) return;
      const seconds = (this.#watch.seconds - began) / rows.length;
      for (const row of rows) this.rows.set(row.key, { ...row, seconds, batch: rows.length });
    } catch (thrown) {
      const failure = asFailure(thrown);
      // Without the engine or its network nothing goes on; all else is a clip's own trouble.
      if (!this.#bench.model || failure.kind === "engine") throw failure;
      this.#model();
      const tasks = this.now?.tasks ?? [task];
      if (tasks.length > 1) for (const { key } of tasks) this.#alone.add(key);
      else this.troubles.set(task.key, failure.message);
    }
  }

  #under(tasks: Task[]): void {
    this.now = { tasks, taken: 0 };
    this.#changed();
  }

  async #attacks(task: Task, open: Task[], turn: number): Promise<Row[]> {
    const model = this.#model();
    const clip = await this.#bench.clip(task.clip);
    const rivals = await this.#rivals(task, clip, open);
    if (turn !== this.#turn) return [];
    const jobs = rivals.map((rival) => ({ clip: rival.clip, config: rival.task.setting.config }));
    const tasks = rivals.map((rival) => rival.task);
    this.#under(tasks);
    const trial = this.#bench.attack(jobs, (taken) => {
      // A last word of an attack that was cancelled.
      if (turn !== this.#turn) return;
      this.now = { tasks, taken };
      this.dispatchEvent(new Event("step"));
    });
    this.#trial = trial;
    // The pause may have come while the clips were on their way.
    if (this.status === "paused") trial.pause();
    const outcomes = await trial.done;
    if (turn !== this.#turn) return [];
    this.#trial = null;
    if (!outcomes) {
      // During a pause others may attack, which ends ours: they are done again. Else the engine was restarted under us.
      if (this.status === "paused") return [];
      throw new Failure("engine", "The engine was stopped or started anew.");
    }
    return rivals.map((rival, i) => {
      const outcome = outcomes[i];
      const height = this.#bench.height(rival.clip);
      const row = outcome && attackRow(rival.task, model, outcome, this.#bench.engine, height);
      if (!row) throw new Failure("config", "The attack ended without a step.");
      if (this.plan.kept.has(row.key)) this.#attacked.set(row.key, outcome.data);
      return row;
    });
  }

  /** The task, whose clip is here, and the open ones that are computed together with it. */
  async #rivals(task: Task, clip: Clip, open: Task[]): Promise<{ task: Task; clip: Clip }[]> {
    const most = this.#alone.has(task.key) ? 1 : this.#bench.atOnce(clip);
    const found = [{ task, clip }];
    const fitting = together(
      task,
      open.filter((one) => !this.#alone.has(one.key)),
    );
    for (const other of fitting.slice(1)) {
      if (found.length >= most) break;
      // One that does not load is told of when it is its turn.
      const its = await this.#bench.clip(other.clip).catch(() => null);
      if (its?.frames === clip.frames && its.people === clip.people) found.push({ task: other, clip: its });
    }
    return found;
  }

  async #judge(task: Task, needs: Task): Promise<Row[]> {
    const [judge, attacked, data] = [
      task.setting.judge,
      this.rows.get(needs.key),
      this.#attacked.get(needs.key),
    ];
    if (!judge || !attacked || !data) throw new Failure("config", "There is no attacked clip to judge.");
    const clip = await this.#bench.clip(task.clip);
    const clean = await this.#bench.judge(judge, clip);
    const perturbed = await this.#bench.judge(judge, { ...clip, data });
    return [judgedRow(task, attacked, judge, clean.probabilities, perturbed.probabilities)];
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
