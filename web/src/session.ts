import type { Clip } from "./clip.ts";
import { attackConfig, configPatch } from "./config.ts";
import type { AttackConfig, ModelInfo, Recognition } from "./engine/protocol.ts";
import { EngineRoom } from "./engine-room.ts";
import { asFailure, Failure, type Notice } from "./failure.ts";
import { takeIn } from "./intake.ts";
import type { Lab } from "./lab/lab.ts";
import { type Entry, Library } from "./library.ts";
import { Player } from "./player.ts";
import type { Run } from "./run.ts";
import { Settings } from "./settings.ts";
import type { State } from "./state.ts";
import { bodyHeight, type LayoutInfo, layouts } from "./viewer/viewer.ts";
import { WeightsDesk } from "./weights-desk.ts";

/** Settings that belong to an attack: a change of one is handed to a running attack. */
const attackKeys: (keyof State)[] = [
  ...([
    "method",
    "target",
    "region",
    "joints",
    "epsilon",
    "epsilons",
    "alpha",
    "lambda",
    "iterations",
  ] as const),
  ...(["clipping", "realign", "smooth", "plausible", "stop", "confidence", "hold"] as const),
];

/**
 * Everything that one element knows: settings, gallery, clock, engine, the clip and the attack on it. It has no DOM of
 * its own; the components read it, call it, and draw again on "change". `say` events carry words for a screen reader.
 */
export class Session extends EventTarget {
  readonly settings = new Settings();
  readonly library = new Library();
  readonly player = new Player();
  readonly engine = new EngineRoom();
  readonly weights = new WeightsDesk(this);
  layouts: LayoutInfo[] = [];
  clip: Clip | null = null;
  /** From head to ankle in the layout's unit. */
  height: number | null = null;
  /** What the recogniser sees in the clean clip. */
  before: Recognition | null = null;
  run: Run | null = null;
  notice: Notice | null = null;
  /** Who else computes on the engine now, in words, and how to make it wait. */
  claim: { words: string; hold(): void } | null = null;
  #lab: Promise<Lab> | null = null;
  #chosen = 0;
  #question = 0;
  #soon = false;

  constructor() {
    super();
    const tell = () => this.changed();
    this.library.addEventListener("change", tell);
    this.engine.addEventListener("change", tell);
    this.engine.addEventListener("ready", () => void this.recognise());
    this.engine.addEventListener("failed", () => this.#engineFailed());
    this.settings.addEventListener("change", (event) => {
      this.#settingsChanged((event as CustomEvent<(keyof State)[]>).detail);
    });
  }

  get state(): Readonly<State> {
    return this.settings.state;
  }

  get layout(): LayoutInfo | null {
    return this.layouts.find((layout) => layout.id === this.clip?.layout) ?? null;
  }

  /** The recogniser, where it is loaded, reads this clip's layout, and no other is on its way. */
  get model(): ModelInfo | null {
    const { model, status } = this.engine.state;
    const here = status === "ready" && this.engine.loading === null;
    return here && model && model.layout === this.clip?.layout ? model : null;
  }

  /** Is there no recogniser for this clip's layout? Not known before the engine is asked for. */
  get unreadable(): boolean {
    const { models } = this.engine;
    return this.clip !== null && models.length > 0 && this.engine.fits(this.clip.layout).length === 0;
  }

  /** Would this clip's recogniser take the place of one that somebody else computes with? Then it waits. */
  get held(): boolean {
    if (!this.claim || !this.clip) return false;
    const wanted = this.engine.chosen(this.clip.layout, this.state.model);
    return !wanted || wanted.id !== this.engine.state.model?.id;
  }

  /** Can the discriminator learn from other clips of this layout? */
  get natural(): boolean {
    return this.clip !== null && this.library.natural(this.clip.layout);
  }

  /** Has an attack been started and not ended? */
  get attacking(): boolean {
    return this.run !== null && this.run.status !== "ended";
  }

  /** Reads layouts and gallery and shows the first clip. */
  async open(): Promise<void> {
    try {
      [this.layouts] = await Promise.all([layouts(), this.library.open()]);
      const entry = this.library.find(this.state.clip) ?? this.library.entries[0];
      if (entry) await this.choose(entry);
    } catch (thrown) {
      this.report("The gallery did not load.", thrown, [{ label: "Try again", run: () => void this.open() }]);
    }
  }

  /** Shows a clip of the gallery and asks the recogniser about it. */
  async choose(entry: Entry): Promise<void> {
    const mine = ++this.#chosen;
    try {
      const clip = await this.library.clip(entry);
      if (mine !== this.#chosen) return;
      this.show(clip);
      this.settings.set({ clip: entry.origin === "file" ? "" : entry.id });
    } catch (thrown) {
      this.report(`"${entry.name}" did not load.`, thrown, [
        { label: "Try again", run: () => void this.choose(entry) },
      ]);
    }
  }

  /** Takes in a visitor's files: weights and clips. */
  addFiles(files: Iterable<File>): Promise<void> {
    return takeIn(this, [...files]);
  }

  /** Gives up on the network that is on its way, and goes on with the one that is loaded. */
  stopSwitch(): void {
    this.settings.set({ model: this.engine.state.model?.id ?? "" });
  }

  /** Puts a clip on the stage. */
  show(clip: Clip): void {
    this.discardRun();
    this.clip = clip;
    this.before = null;
    this.height = bodyHeight(clip);
    this.player.load(clip.frames, clip.fps);
    this.changed();
    this.say(`Showing ${clip.name}`);
    void this.recognise();
  }

  /** Loads the engine and the recogniser. */
  startEngine(): void {
    this.notice = null;
    void this.engine.start(this.state.engine);
    void this.recognise();
  }

  /**
   * Asks the recogniser about the clean clip, once engine and model are there. A later question takes over. One that is
   * `held` is asked again when the claim has ended.
   */
  async recognise(): Promise<void> {
    const clip = this.clip;
    if (!clip || this.before) return;
    this.#question += 1;
    const mine = this.#question;
    const stale = () => mine !== this.#question || clip !== this.clip;
    try {
      if (this.held) return;
      await this.engine.prepareFor(clip.layout, this.state.model);
      const model = this.model;
      if (!model || stale()) return;
      const seen = await this.engine.recognise(clip);
      if (stale()) return;
      this.before = seen;
      const [first] = seen.top;
      if (first)
        this.say(`The network sees ${model.classes[first.index]}, ${Math.round(first.p * 100)} percent`);
    } catch (thrown) {
      // The engine itself tells of its end, and a later question of its own failure.
      const { kind } = asFailure(thrown);
      const told = kind === "engine" || kind === "cancelled" || this.engine.state.status === "failed";
      if (!told && !stale()) this.#notAnswered(thrown);
    } finally {
      this.changed();
    }
  }

  #notAnswered(thrown: unknown): void {
    const { model, status } = this.engine.state;
    const again = () => (status === "ready" ? void this.recognise() : this.startEngine());
    const actions = [{ label: "Try again", run: again }];
    const other = model && model.layout === this.clip?.layout && model.id !== this.state.model;
    if (other)
      actions.push({ label: `Go on with ${model.name}`, run: () => this.settings.set({ model: model.id }) });
    this.report("The recogniser did not answer.", thrown, actions);
  }

  /** Starts the attack, or goes on with a paused one. With `paused`, takes a single step. */
  attack(paused = false): void {
    if (this.claimed("One engine serves both. Pause the Lab to attack here; it goes on afterwards.")) return;
    if (this.run && this.attacking) {
      if (paused) this.run.step();
      else this.run.resume();
      return;
    }
    const config = this.config();
    if (!config || !this.clip || !this.model) return;
    this.notice = null;
    const run = this.engine.attack(this.clip, config, this.model.classes, paused);
    this.run = run;
    run.addEventListener("change", (event) => this.#runChanged(run, (event as CustomEvent<string>).detail));
    this.say("Attack started");
    this.changed();
  }

  /** The Lab of this session; its code is loaded when it is first asked for. */
  lab(): Promise<Lab> {
    this.#lab ??= import("./lab/session-lab.ts").then(({ labOf }) => labOf(this));
    // What failed to load can be asked for again.
    this.#lab.catch(() => {
      this.#lab = null;
    });
    return this.#lab;
  }

  /** The attack's settings as they stand, or null (with a notice) where they are incomplete. */
  config(): AttackConfig | null {
    if (!this.layout || !this.model) return null;
    try {
      const plausible = this.state.plausible && this.natural;
      return attackConfig({ ...this.state, plausible }, this.layout, this.model.classes);
    } catch (thrown) {
      this.report("The attack cannot start.", thrown, []);
      return null;
    }
  }

  /** Ends the attack; its latest clip stays. */
  cancel(): void {
    this.run?.cancel();
  }

  /** Back to the clean clip. */
  reset(): void {
    this.discardRun();
    this.notice = null;
    this.say("Back to the clean clip");
    this.changed();
  }

  dismiss(): void {
    this.notice = null;
    this.changed();
  }

  report(title: string, thrown: unknown, actions: Notice["actions"], kept?: string): void {
    const failure = asFailure(thrown);
    this.notice = { tone: "bad", title, detail: failure.message, actions, ...(kept ? { kept } : {}) };
    this.dispatchEvent(new CustomEvent("error", { detail: failure }));
    this.say(`${title} ${failure.message}`);
    this.changed();
  }

  /** Words for a screen reader. */
  say(words: string): void {
    this.dispatchEvent(new CustomEvent("say", { detail: words }));
  }

  changed(): void {
    this.dispatchEvent(new Event("change"));
  }

  dispose(): void {
    this.weights.close();
    // What did not load has nothing to cancel.
    this.#lab?.then((lab) => lab.cancel()).catch(() => {});
    this.discardRun();
    this.player.pause();
    this.settings.dispose();
    this.engine.stop();
  }

  discardRun(): void {
    const run = this.run;
    this.run = null;
    if (run && run.status !== "ended") run.cancel();
  }

  /** Does somebody else compute on the engine? Then it is said, with the way out. */
  claimed(cause: string): boolean {
    if (!this.claim) return false;
    const { words, hold } = this.claim;
    this.report(words, new Failure("config", cause), [
      { label: "Pause the Lab", run: () => this.#yield(hold) },
    ]);
    return true;
  }

  #yield(hold: () => void): void {
    this.notice = null;
    hold();
    this.changed();
  }

  #runChanged(run: Run, what: string): void {
    if (run !== this.run) return;
    if (what === "report") this.dispatchEvent(new CustomEvent("report", { detail: run.last }));
    if (what === "error" && run.failure) {
      this.report("The attack did not take that.", run.failure, [], "The attack as it was");
    }
    if (what === "end") {
      const first = run.after?.[0];
      const seen = first
        ? `The network now sees ${run.classes[first.index]}, ${Math.round(first.p * 100)} percent`
        : "";
      const steps = `${run.last?.iteration ?? 0} steps`;
      this.say(`Attack ${run.end === "cancelled" ? "cancelled" : "ended"} after ${steps}. ${seen}`);
      if (run.end === "error" && run.failure && this.engine.state.status !== "failed") {
        this.report(
          "The attack stopped.",
          run.failure,
          [{ label: "Run again", run: () => this.attack() }],
          "The clip, the settings and the steps so far",
        );
      }
      this.dispatchEvent(new CustomEvent("done", { detail: run }));
    }
    if (what === "report") this.changedSoon();
    else this.changed();
  }

  /** A fast device reports more often than a screen can show. */
  changedSoon(): void {
    if (this.#soon) return;
    this.#soon = true;
    requestAnimationFrame(() => {
      this.#soon = false;
      this.changed();
    });
  }

  #settingsChanged(changed: (keyof State)[]): void {
    this.player.speed = this.state.speed;
    const entry = changed.includes("clip") ? this.library.find(this.state.clip) : undefined;
    if (entry && entry.id !== this.clip?.id) void this.choose(entry);
    if (changed.includes("engine") && this.engine.wanted) this.startEngine();
    if (changed.includes("model")) {
      this.discardRun();
      this.notice = null;
      this.before = null;
      void this.recognise();
    }
    if (this.run && this.attacking && changed.some((key) => attackKeys.includes(key))) {
      const config = this.config();
      if (config) this.run.configure(configPatch(this.run.config, config));
    }
    this.changed();
  }

  #engineFailed(): void {
    const { error, backend } = this.engine.state;
    const gpu = this.state.engine !== "cpu" && (backend?.kind === "webgpu" || this.state.engine === "webgpu");
    const actions = [{ label: "Try again", run: () => this.startEngine() }];
    if (gpu) actions.push({ label: "Go on with the CPU", run: () => this.settings.set({ engine: "cpu" }) });
    this.report(
      gpu ? "The GPU engine stopped." : "The engine stopped.",
      error ?? "It gave no reason.",
      actions,
      "The clip, the settings and the last steps of the attack",
    );
  }
}
