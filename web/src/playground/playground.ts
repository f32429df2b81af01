import { ActiveAttack } from "../attack/active-attack.ts";
import { ActiveSearch } from "../attack/active-search.ts";
import { attackKeys } from "../attack/attack-keys.ts";
import { attackConfig, configPatch, searchObstacle, targetObstacle, withEpsilon } from "../attack/config.ts";
import { asFailure, Failure } from "../base/failure.ts";
import type { Transfer } from "../base/transfer.ts";
import { ClipChoice } from "../clips/clip-choice.ts";
import { shownFirst } from "../clips/gallery.ts";
import { layouts } from "../core/clips.ts";
import { coreArrives } from "../core/module.ts";
import type { AttackConfig, ConversionInfo } from "../core/types.ts";
import { showConverted } from "../files/conversion.ts";
import type { Easel } from "../files/easel.ts";
import { addEntries, openEntry } from "../files/entries.ts";
import { openFiles } from "../files/file-drop.ts";
import { droppedFiles } from "../files/folders.ts";
import type { SizeQuestion } from "../files/size-question.ts";
import type { Lab } from "../lab/lab.ts";
import type { PoseEstimator, PoseOptions } from "../pose/estimator.ts";
import type { State } from "../settings/table.ts";
import { WeightsImport } from "../weights/weights-import.ts";
import { Attributed } from "./attributed.ts";
import { CameraDoor, isVideo } from "./camera.ts";
import { Certified } from "./certified.ts";
import { Comparison } from "./comparison.ts";
import { openAddress, unknownNames } from "./linked.ts";
import { Shown } from "./shown.ts";

/**
 * The state and the actions of one element: settings, gallery, player, engine, the clip on the stage and the attack
 * on it. It has no DOM; the components read it, call it and redraw on its "change" event.
 *
 * Events, beside those of `Notices`: "report" and "done" of the attack, "lab-done".
 */
export class Playground extends Shown {
  readonly clipChoice = new ClipChoice();
  readonly weights = new WeightsImport(this);
  readonly camera = new CameraDoor(this);
  readonly attributed = new Attributed(this);
  readonly certified = new Certified(this);
  readonly comparison = new Comparison(this);
  /** The attack on this clip: running, paused or ended. */
  attack: ActiveAttack | null = null;
  /** The search for the smallest epsilon on this clip: running or ended. It takes the place of an attack. */
  search: ActiveSearch | null = null;
  /** Draws pictures of the stage; null while there is none. */
  easel: Easel | null = null;
  /** Pixels that wait for the size of their picture. */
  question: SizeQuestion | null = null;
  /** Load the engine without being asked, as soon as what the first picture needs is there. */
  promptEngine = false;
  /** The download that runs. */
  transfer: Transfer | null = null;
  readonly #loadLab: (playground: Playground) => Promise<Lab>;
  #lab: Promise<Lab> | null = null;

  /** `loadLab`: loads the Lab's code and connects a Lab to this playground. */
  constructor(loadLab: (playground: Playground) => Promise<Lab>) {
    super();
    this.#loadLab = loadLab;
    const changed = () => this.changed();
    this.library.addEventListener("change", changed);
    this.clipChoice.addEventListener("change", changed);
    this.engine.addEventListener("change", changed);
    this.engine.addEventListener("ready", () => void this.recognise());
    this.offline.addEventListener("change", changed);
    this.engine.addEventListener("failed", () => this.engineFailed());
    this.settings.addEventListener("link", (event) =>
      this.#followLink((event as CustomEvent<string[]>).detail),
    );
    this.settings.addEventListener("change", (event) => {
      this.#settingsChanged((event as CustomEvent<(keyof State)[]>).detail);
    });
  }

  /** Is an attack running or paused, or a search running? */
  get attacking(): boolean {
    return (this.attack !== null && this.attack.status !== "ended") || (this.search?.running ?? false);
  }

  /** Why the chosen target cannot be attacked; null if it can. */
  get targetObstacle(): string | null {
    const [seen] = this.before?.top ?? [];
    return targetObstacle(this.state, seen && this.model?.classes[seen.index]);
  }

  /** The perturbed clip to show, (T, M, V, C): the attack's latest iterate, or what the search has found. */
  get perturbed(): Float32Array | null {
    return this.attack?.data ?? this.search?.found?.data ?? null;
  }

  /** Loads layouts and gallery and shows the link's clip, or the first one; then opens the link's network. */
  async open(): Promise<void> {
    try {
      const listed = this.library.open();
      this.#fetchEarly(listed).catch(() => {});
      [this.layouts] = await Promise.all([layouts(), listed]);
      const { clip, weights } = this.link.files;
      const { state } = this;
      if (clip) await openAddress(this, "clip", clip);
      const entry = shownFirst(this.library.entries, this.state.clip);
      if (entry && !this.clip) await this.choose(entry);
      this.link.repaired(unknownNames(state, this.library, this.layout));
      if (weights) await openAddress(this, "weights", weights);
    } catch (thrown) {
      const retry = { label: "Try again", run: () => this.link.again(() => this.open()) };
      this.report("The gallery did not load.", thrown, [retry]);
    }
  }

  /**
   * Lets the line never rest: the first clip comes beside the drawing module, and the engine and the network follow as
   * soon as that module is there, while it starts and draws. What fails here is asked for again, and reported, later.
   */
  async #fetchEarly(listed: Promise<void>): Promise<void> {
    const arrives = coreArrives();
    await listed;
    const entry = shownFirst(this.library.entries, this.state.clip);
    // A link's own clip comes in its place.
    if (entry && !this.link.files.clip) this.library.clip(entry).catch(() => {});
    await arrives;
    if (!this.promptEngine || this.engine.wanted) return;
    this.startEngine();
    if (entry && !this.link.files.clip) await this.engine.prepareFor(entry.layout, this.state.model);
  }

  /** Opens the visitor's files: weights, clips, and a video to find a skeleton in. */
  addFiles(files: Iterable<File>): Promise<void> {
    const all = [...files];
    const [video] = all.filter(isVideo);
    if (video) void this.camera.open(video);
    return openFiles(
      this,
      all.filter((file) => !isVideo(file)),
    );
  }

  /** Opens what the visitor has dropped: files and folders. */
  async addDropped(transfer: DataTransfer): Promise<void> {
    const { files, more } = await droppedFiles(transfer);
    if (more)
      this.inform(`Only the first ${files.length} files of the folder were taken.`, "Drop a part of it.", []);
    await this.addFiles(files);
  }

  /** The conversions of this clip to a layout that a network here reads. */
  get conversions(): ConversionInfo[] {
    return (this.layout?.conversions ?? []).filter(({ to }) => this.engine.fits(to).length > 0);
  }

  /** Shows a copy of the clip in another layout. */
  async convert(to: ConversionInfo): Promise<void> {
    if (this.clip) await showConverted(this, this.clip, to);
  }

  /** Opens a clip of the visitor's file of many, by its place in the list. */
  openEntry(index: number): Promise<void> {
    return openEntry(this, index);
  }

  /** Adds clips of the visitor's file of many to the visitor's clips, for the Lab. */
  addEntries(indices: number[]): Promise<void> {
    return addEntries(this, indices);
  }

  /** Asks for the size of the picture that a clip's pixels lie in; null drops the question. */
  ask(question: SizeQuestion | null): void {
    this.question = question;
    this.changed();
  }

  /** Opens the question's clip with the size of its picture, such as `1920x1080`. Returns why not, if it misfits. */
  async answer(size: string): Promise<string | null> {
    const { question } = this;
    if (!question) return null;
    try {
      await question.open(size);
    } catch (thrown) {
      return asFailure(thrown).message;
    }
    if (this.question === question) this.ask(null);
    return null;
  }

  /** Starts the attack, or resumes a paused one. With `single`, takes one step and pauses. */
  startAttack(single = false): void {
    if (this.engineClaimed("The Lab is using the engine. Pause it to attack here, then resume it.")) return;
    if (this.search?.running) return;
    if (this.attack && this.attacking) {
      if (single) this.attack.step();
      else this.attack.resume();
      return;
    }
    const config = this.config();
    if (!config || !this.clip || !this.model) return;
    this.discardAttack();
    this.notice = null;
    const attack = new ActiveAttack(this.engine, this.clip, config, this.model.classes);
    if (single) attack.step();
    this.attack = attack;
    attack.addEventListener("change", (event) =>
      this.#attackChanged(attack, (event as CustomEvent<string>).detail),
    );
    this.announce("Attack started");
    this.changed();
  }

  /** Shows a scene, given as settings of a link, and runs its attack. The device stays. */
  async showScene(settings: string): Promise<void> {
    this.discardAttack();
    const { engine, lab } = this.state;
    this.settings.take(`${settings}&${new URLSearchParams({ engine, lab: lab ? "1" : "0" })}`);
    const entry = this.library.find(this.state.clip);
    if (!entry) return;
    await this.choose(entry);
    if (!this.engine.wanted) this.startEngine();
    await this.recognise();
    if (this.clip?.id === entry.id && this.before && !this.attack) this.startAttack();
  }

  /** Puts an attack that is over, of this clip, on the stage. */
  showAttack(attack: ActiveAttack): void {
    this.discardAttack();
    this.attack = attack;
    this.changed();
    void this.attributed.update();
  }

  /** Why no smallest epsilon can be searched for; null if one can. */
  get searchObstacle(): string | null {
    return searchObstacle(this.state);
  }

  /** Searches for the smallest epsilon within which the attack reaches its goal. */
  startSearch(): void {
    if (this.engineClaimed("The Lab is using the engine. Pause it to search here, then resume it.")) return;
    const config = this.attacking || this.searchObstacle ? null : this.config();
    if (!config || !this.clip || !this.model) return;
    this.discardAttack();
    this.notice = null;
    const search = new ActiveSearch(this.engine, this.clip, config, this.model.classes);
    this.search = search;
    search.addEventListener("change", () => {
      if (search === this.search) this.changedSoon();
    });
    void search.done.then(() => this.#searchEnded(search));
    this.announce("Searching for the smallest epsilon");
    this.changed();
  }

  /** Sets epsilon to the smallest one that was found. */
  useFound(): void {
    const epsilon = this.search?.found?.epsilon;
    if (epsilon === undefined || !this.layout) return;
    this.settings.set(withEpsilon(this.state, this.layout, epsilon));
    this.announce("Epsilon is set to what was found");
  }

  /** The Lab of this playground; its code is loaded on the first call. */
  lab(): Promise<Lab> {
    this.#lab ??= this.#loadLab(this);
    // A failed load can be tried again.
    this.#lab.catch(() => {
      this.#lab = null;
    });
    return this.#lab;
  }

  /** Loads a pose estimator: its code, MediaPipe's module and a model. Who asks closes it. */
  async estimator(options?: PoseOptions): Promise<PoseEstimator> {
    const { PoseEstimator } = await import("../pose/estimator.ts");
    return PoseEstimator.load(options);
  }

  /** The attack's settings for the engine, or null (with a notice) if they are incomplete. */
  config(): AttackConfig | null {
    if (!this.layout || !this.model) return null;
    if (this.targetObstacle) {
      this.report("The attack cannot start.", new Failure("config", this.targetObstacle), []);
      return null;
    }
    try {
      const plausible = this.state.plausible && this.natural;
      return attackConfig({ ...this.state, plausible }, this.layout, this.model.classes);
    } catch (thrown) {
      this.report("The attack cannot start.", thrown, []);
      return null;
    }
  }

  /** Ends the attack or the search; the latest clip stays on the stage. */
  cancel(): void {
    this.attack?.cancel();
    this.search?.cancel();
  }

  /** Back to the clean clip. */
  reset(): void {
    this.discardAttack();
    this.notice = null;
    this.announce("Back to the clean clip");
    this.changed();
  }

  dispose(): void {
    this.transfer?.cancel();
    this.weights.close();
    this.camera.close();
    this.clipChoice.close();
    // A Lab that did not load has nothing to cancel.
    this.#lab
      ?.then((lab) => {
        lab.cancel();
        lab.cameras?.cancel();
      })
      .catch(() => {});
    this.discardAttack();
    this.certified.cancel();
    this.player.pause();
    this.settings.dispose();
    this.engine.stop();
  }

  discardAttack(): void {
    const attack = this.attack;
    this.attack = null;
    this.attributed.clear();
    if (attack && attack.status !== "ended") attack.cancel();
    this.search?.cancel();
    this.search = null;
  }

  /** The settings come from a link, of which these sentences say what is not used. */
  #followLink(repairs: string[]): void {
    if (this.clip) this.link.renew();
    this.link.repaired(repairs);
    // Another clip shows the frame when it is there.
    const wanted = this.library.find(this.state.clip);
    if (this.clip && (!wanted || wanted.id === this.clip.id)) this.link.seek(this.settings, this.player);
  }

  #attackChanged(attack: ActiveAttack, what: string): void {
    if (attack !== this.attack) return;
    if (what === "report") this.dispatchEvent(new CustomEvent("report", { detail: attack.last }));
    // An engine that has stopped has said so, with ways on.
    if (what === "error" && attack.failure && this.engine.state.status !== "failed") {
      this.report("That setting was rejected.", attack.failure, [], "The attack with its settings before");
    }
    if (what === "end") this.#attackEnded(attack);
    void this.attributed.update();
    if (what === "report") this.changedSoon();
    else this.changed();
  }

  #attackEnded(attack: ActiveAttack): void {
    const { classes, failure } = attack;
    const first = attack.after?.[0];
    const seen = first
      ? `The network now sees ${classes[first.index]}, ${Math.round(first.p * 100)} percent`
      : "";
    const steps = `${attack.last?.iteration ?? 0} steps`;
    this.announce(`Attack ${attack.end === "cancelled" ? "cancelled" : "ended"} after ${steps}. ${seen}`);
    if (attack.end === "error" && failure && this.engine.state.status !== "failed") {
      const again = { label: "Run again", run: () => this.startAttack() };
      this.report("The attack stopped.", failure, [again], "The clip, the settings and the steps so far");
    }
    this.dispatchEvent(new CustomEvent("done", { detail: attack }));
  }

  #searchEnded(search: ActiveSearch): void {
    if (search !== this.search) return;
    const { end, failure, found } = search;
    const words = found ? "An epsilon was found" : "No epsilon was found";
    this.announce(end === "cancelled" ? "Search cancelled" : `Search ended. ${words}`);
    if (end === "error" && failure && this.engine.state.status !== "failed") {
      const again = { label: "Search again", run: () => this.startSearch() };
      this.report("The search stopped.", failure, [again], "What it has found so far");
    }
    this.changed();
  }

  #settingsChanged(changed: (keyof State)[]): void {
    this.player.speed = this.state.speed;
    const entry = changed.includes("clip") ? this.library.find(this.state.clip) : undefined;
    if (entry && entry.id !== this.clip?.id) void this.choose(entry);
    if (changed.includes("engine") && this.engine.wanted) this.startEngine();
    if (changed.includes("attribution")) void this.attributed.update();
    if (changed.includes("model")) {
      this.discardAttack();
      this.notice = null;
      this.before = null;
      void this.recognise();
    }
    if (this.attack && this.attacking && changed.some((key) => attackKeys.has(key))) {
      const config = this.config();
      if (config) this.attack.configure(configPatch(this.attack.config, config));
    }
    this.changed();
  }
}
