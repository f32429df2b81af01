import type { Clip } from "../base/clip.ts";
import { asFailure, Failure } from "../base/failure.ts";
import type { Entry } from "../clips/gallery.ts";
import type { ModelEntry } from "../core/types.ts";
import type { Cameras } from "./cameras.ts";
import type { AttackGroup, LabHost } from "./host.ts";
import { emptyPlan, type Plan, plan, type Task, together } from "./plan.ts";
import { attackRow, judgedRow, type Row } from "./rows.ts";
import { type LabSettings, labDefaults } from "./settings.ts";
import { Stopwatch } from "./stopwatch.ts";
import { type Ground, obstacle, type Setting } from "./sweeps.ts";

/**
 * Computes a sweep task by task, or several attacks together if that is faster on the host's device. Rows are kept by
 * task, so a sweep that was cancelled, that failed or that got more clips continues with the tasks without a row.
 * Fires "change", "step" for each step of an attack, and "done" at the sweep's end.
 */
export class Lab extends EventTarget {
  settings: LabSettings = labDefaults();
  status: "idle" | "running" | "paused" | "failed" = "idle";
  /** The error that stopped the sweep. */
  failure: Failure | null = null;
  readonly rows = new Map<string, Row>();
  /** Errors of single tasks, by key. Resuming the sweep tries these tasks again. */
  readonly troubles = new Map<string, string>();
  /** The tasks being computed and the most steps that one of them has taken. */
  now: { tasks: Task[]; taken: number } | null = null;
  plan: Plan = emptyPlan;
  ground: Ground | null = null;
  /** The chosen clips through cameras; null where nothing can be filmed. */
  cameras: Cameras | null = null;
  readonly #host: LabHost;
  readonly #watch = new Stopwatch();
  #entries: Entry[] = [];
  #group: AttackGroup | null = null;
  /** Attacked clips for other networks to judge, by the attack's key, (T, M, V, C). */
  #attacked = new Map<string, Float32Array>();
  /** Keys of tasks that failed together. Each is tried alone, to find those that fail. */
  #alone = new Set<string>();
  /** Number of the current run of the sweep; a cancelled run stops at its next comparison with it. */
  #turn = 0;
  #wake: () => void = () => {};

  constructor(host: LabHost) {
    super();
    this.#host = host;
  }

  /**
   * The finished tasks of this sweep, in the plan's order. A row may come from another sweep, so its setting is
   * replaced.
   */
  get done(): { task: Task; row: Row }[] {
    return this.plan.tasks.flatMap((task) => {
      const row = this.rows.get(task.key);
      return row ? [{ task, row: { ...row, setting: task.setting.id } }] : [];
    });
  }

  /** Rows of this sweep. */
  get results(): Row[] {
    return this.done.map(({ row }) => row);
  }

  /** Rows of one setting. */
  of(setting: Setting): Row[] {
    return this.done.filter(({ task }) => task.setting === setting).map(({ row }) => row);
  }

  /** Number of tasks without a row. */
  get open(): number {
    return this.plan.tasks.filter((task) => !this.rows.has(task.key)).length;
  }

  get busy(): boolean {
    return this.status === "running" || this.status === "paused";
  }

  /** Why no sweep can start now, as a sentence for the visitor; null if one can. */
  get obstacle(): string | null {
    if (this.#host.occupied) return "The playground's own attack is running. Finish or cancel it first.";
    if (this.cameras?.running) return "Clips go through the cameras. Cancel that first, or wait for its end.";
    if (this.#host.loading) return "The network is loading.";
    if (!this.ground) return "No network is loaded.";
    if (this.plan.clips.length === 0) return "No clip is chosen.";
    return obstacle(this.settings, this.ground);
  }

  /** Takes over changed clips and networks. A running sweep keeps its plan. */
  survey(entries: Entry[], ground: Ground | null): void {
    if (!this.busy) {
      this.#entries = entries;
      this.ground = ground;
      this.#replan();
    }
    this.#changed();
  }

  /** Changes settings; ignored while a sweep runs. */
  set(patch: Partial<LabSettings>): void {
    if (this.busy) return;
    this.settings = { ...this.settings, ...patch };
    this.failure = null;
    this.troubles.clear();
    this.#replan();
    this.#become("idle");
  }

  /** Computes the tasks without a row. Resolves at the end of the sweep, whatever its reason. */
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
      if (!this.#host.model && this.ground) await this.#host.revive(this.ground.model);
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

  /** Pauses the running attack between two steps. */
  pause(): void {
    if (this.status !== "running") return;
    this.#group?.pause();
    this.#become("paused");
  }

  resume(): void {
    if (this.status !== "paused" || this.#host.occupied || this.#host.loading) return;
    this.#group?.resume();
    this.#become("running");
    this.#wake();
  }

  /** Stops at once. The running attack is lost; every row stays. */
  cancel(): void {
    if (!this.busy) return;
    this.#turn += 1;
    this.#group?.cancel();
    this.#end("idle");
    this.#wake();
  }

  /** Deletes the rows of this sweep. */
  clear(): void {
    if (this.busy) return;
    for (const { key } of this.plan.tasks) {
      for (const kept of [this.rows, this.troubles, this.#attacked]) kept.delete(key);
    }
    this.failure = null;
    this.#become("idle");
  }

  /** Is there a row or an attacked clip to compute? */
  #open({ key, needs }: Task): boolean {
    if (this.troubles.has(key) || (needs && this.troubles.has(needs.key))) return false;
    return !this.rows.has(key) || (this.plan.kept.has(key) && !this.#attacked.has(key));
  }

  /** Computes an open task; an attack possibly together with other open ones. */
  async #compute(task: Task, open: Task[], turn: number): Promise<void> {
    this.#begin([task]);
    const began = this.#watch.seconds;
    try {
      const rows = await (task.needs ? this.#judge(task, task.needs) : this.#attacks(task, open, turn));
      if (turn !== this.#turn) return;
      const seconds = (this.#watch.seconds - began) / rows.length;
      for (const row of rows) this.rows.set(row.key, { ...row, seconds, batch: rows.length });
    } catch (thrown) {
      const failure = asFailure(thrown);
      // Without the engine or its network the sweep stops; any other error concerns this task only.
      if (!this.#host.model || failure.kind === "engine") throw failure;
      this.#model();
      const tasks = this.now?.tasks ?? [task];
      if (tasks.length > 1) for (const { key } of tasks) this.#alone.add(key);
      else this.troubles.set(task.key, failure.message);
    }
  }

  #begin(tasks: Task[]): void {
    this.now = { tasks, taken: 0 };
    this.#changed();
  }

  async #attacks(task: Task, open: Task[], turn: number): Promise<Row[]> {
    this.#model();
    const { model } = task.setting;
    await this.#host.prepare(model);
    if (turn !== this.#turn) return [];
    const clip = await this.#host.clip(task.clip);
    const members = await this.#companions(task, clip, open);
    if (turn !== this.#turn) return [];
    const requests = members.map(({ clip: own, task: { setting } }) => ({
      clip: own,
      config: setting.config,
    }));
    const tasks = members.map((member) => member.task);
    this.#begin(tasks);
    const group = this.#host.attack(
      requests,
      (taken) => {
        // A late step of a cancelled run.
        if (turn !== this.#turn) return;
        this.now = { tasks, taken };
        this.dispatchEvent(new Event("step"));
      },
      model,
    );
    this.#group = group;
    // Paused while the clips were loading.
    if (this.status === "paused") group.pause();
    const outcomes = await group.done;
    if (turn !== this.#turn) return [];
    this.#group = null;
    if (!outcomes) {
      // During a pause the page may start its own attack, which ends these; they are repeated. Otherwise the engine
      // restarted.
      if (this.status === "paused") return [];
      throw new Failure("engine", "The engine was stopped or restarted. Resume the sweep to continue.");
    }
    return members.map((member, i) => {
      const outcome = outcomes[i];
      const height = this.#host.height(member.clip);
      const row = outcome && attackRow(member.task, model, outcome, this.#host.device(model), height);
      if (!row) throw new Failure("config", "The attack ended without a step. Set at least one step.");
      if (this.plan.kept.has(row.key)) this.#attacked.set(row.key, outcome.data);
      return row;
    });
  }

  /** The task and the open tasks that are computed together with it, with their clips. */
  async #companions(task: Task, clip: Clip, open: Task[]): Promise<{ task: Task; clip: Clip }[]> {
    const most = this.#alone.has(task.key) ? 1 : this.#host.atOnce(clip);
    const found = [{ task, clip }];
    const fitting = together(
      task,
      open.filter((one) => !this.#alone.has(one.key)),
    );
    for (const other of fitting.slice(1)) {
      if (found.length >= most) break;
      // A clip that does not load is reported at its own turn.
      const its = await this.#host.clip(other.clip).catch(() => null);
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
    if (!judge || !attacked || !data)
      throw new Failure("config", "The attacked clip is missing. Resume the sweep to compute it again.");
    const clip = await this.#host.clip(task.clip);
    const clean = await this.#host.judge(judge, clip);
    const perturbed = await this.#host.judge(judge, { ...clip, data });
    return [judgedRow(task, attacked, judge, clean.probabilities, perturbed.probabilities)];
  }

  /** The network of this sweep; throws if another one has been loaded. */
  #model(): ModelEntry {
    const { model } = this.#host;
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
    this.#group = null;
    this.#host.release();
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
