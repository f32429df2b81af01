import type { Clip } from "../base/clip.ts";
import { asFailure, Failure } from "../base/failure.ts";
import type { Entry } from "../clips/gallery.ts";
import { Library } from "../clips/library.ts";
import { bodyHeight } from "../core/clips.ts";
import type { LayoutInfo } from "../core/layout.ts";
import type { ModelEntry, Recognition } from "../core/types.ts";
import { EngineManager } from "../engine/manager.ts";
import { Settings } from "../settings/settings.ts";
import type { State } from "../settings/table.ts";
import type { WeightsImport } from "../weights/weights-import.ts";
import { Link } from "./linked.ts";
import { Notices } from "./notices.ts";
import { Offline } from "./offline.ts";
import { Player } from "./player.ts";

/** Someone other than the page's own attack uses the engine: the Lab, while a sweep runs. */
export interface EngineClaim {
  /** Who uses it, as a sentence for the visitor. */
  words: string;
  /** Frees the engine; the work can be resumed later. */
  pause(): void;
}

/**
 * What one element shows: the clip on its stage, what the network sees in it, and the engine that answers. An attack on
 * it is `Playground`'s.
 */
export abstract class Shown extends Notices {
  readonly settings = new Settings();
  readonly library = new Library();
  readonly player = new Player();
  readonly engine = new EngineManager();
  layouts: LayoutInfo[] = [];
  clip: Clip | null = null;
  /** Body height in the clip, head to ankle, in the layout's unit; null if no frame shows it. */
  height: number | null = null;
  /** What the recogniser sees in the clean clip. */
  before: Recognition | null = null;
  claim: EngineClaim | null = null;
  readonly link = new Link(this);
  readonly offline = new Offline();
  /** Address of the service worker; empty: none. */
  serviceWorker = "";
  /** Networks that the visitor has opened. */
  abstract readonly weights: WeightsImport;
  /** Numbers of the latest clip request and the latest recognition; an older one that finishes late is dropped. */
  #clipRequest = 0;
  #recognition = 0;

  /** Ends the attack and the search, and takes them off the stage. */
  abstract discardAttack(): void;

  get state(): Readonly<State> {
    return this.settings.state;
  }

  get layout(): LayoutInfo | null {
    return this.layouts.find((layout) => layout.id === this.clip?.layout) ?? null;
  }

  /** The loaded recogniser, if it reads this clip's layout and no other is being loaded. */
  get model(): ModelEntry | null {
    const { model, status } = this.engine.state;
    const ready = status === "ready" && this.engine.loading === null;
    return ready && model && model.layout === this.clip?.layout ? model : null;
  }

  /** Does no recogniser read this clip's layout? False until the list of models is loaded. */
  get unreadable(): boolean {
    const { models } = this.engine;
    return this.clip !== null && models.length > 0 && this.engine.fits(this.clip.layout).length === 0;
  }

  /** Would this clip's recogniser replace the network that the Lab is computing with? Then recognition is postponed. */
  get held(): boolean {
    if (!this.claim || !this.clip) return false;
    const wanted = this.engine.chosen(this.clip.layout, this.state.model);
    return !wanted || wanted.id !== this.engine.state.model?.id;
  }

  /** Does the gallery have clips of this layout for the discriminator to learn from? */
  get natural(): boolean {
    return this.clip !== null && this.library.natural(this.clip.layout);
  }

  /** Loads a clip of the gallery and shows it. */
  async choose(entry: Entry): Promise<void> {
    const request = ++this.#clipRequest;
    try {
      const clip = await this.library.clip(entry);
      if (request !== this.#clipRequest) return;
      this.show(clip);
      this.link.leaveClip(this.settings);
      this.settings.set({ clip: entry.origin === "file" ? "" : entry.id });
    } catch (thrown) {
      const retry = { label: "Try again", run: () => void this.choose(entry) };
      this.report(`"${entry.name}" did not load.`, thrown, [retry]);
    }
  }

  /** Cancels loading another network and keeps the loaded one. */
  stopSwitch(): void {
    this.settings.set({ model: this.engine.state.model?.id ?? "" });
  }

  /** Puts a clip on the stage and asks the recogniser about it. */
  show(clip: Clip): void {
    this.discardAttack();
    this.clip = clip;
    this.before = null;
    this.height = bodyHeight(clip);
    this.player.load(clip.frames, clip.fps);
    this.link.seek(this.settings, this.player);
    this.changed();
    this.announce(`Showing ${clip.name}`);
    void this.recognise();
  }

  /** Loads the engine and the recogniser. */
  startEngine(): void {
    // The engine starts by itself after the first picture; what was said about the link before stays.
    if (this.engine.wanted) this.notice = null;
    void this.engine.start(this.state.engine);
    void this.recognise();
  }

  /**
   * Asks the recogniser about the clean clip once engine and model are loaded. A later call replaces an earlier one.
   * While the clip is `held`, nothing is asked; the Lab's end calls this again.
   */
  async recognise(): Promise<void> {
    const clip = this.clip;
    if (!clip || this.before) return;
    this.#recognition += 1;
    const mine = this.#recognition;
    const stale = () => mine !== this.#recognition || clip !== this.clip;
    try {
      if (this.held) return;
      await this.engine.prepareFor(clip.layout, this.state.model);
      const model = this.model;
      if (!model || stale()) return;
      this.link.check(this.settings, model, [...this.engine.models, ...this.engine.opened]);
      const seen = await this.engine.recognise(clip);
      if (stale()) return;
      this.before = seen;
      this.#store(model);
      const [first] = seen.top;
      if (first)
        this.announce(`The network sees ${model.classes[first.index]}, ${Math.round(first.p * 100)} percent`);
    } catch (thrown) {
      // A stopped engine and a replaced question are reported elsewhere.
      const { kind } = asFailure(thrown);
      const reported = kind === "engine" || kind === "cancelled" || this.engine.state.status === "failed";
      if (!reported && !stale()) this.#recognitionFailed(thrown);
    } finally {
      this.changed();
    }
  }

  /** Keeps engine and network for use without a network connection; the first time starts the service worker. */
  #store({ weights }: ModelEntry): void {
    if (this.serviceWorker === "") return;
    const { module } = this.engine.state;
    if (module) this.offline.keep([module]);
    const served = !this.weights.names.has(this.engine.state.model?.id ?? "");
    if (served) this.offline.keep(weights.map(({ file }) => `models/${file}`));
    void this.offline.start(this.serviceWorker);
  }

  /** Is the engine claimed? If so, reports it with `cause` and a button that pauses the other user. */
  engineClaimed(cause: string): boolean {
    if (!this.claim) return false;
    const { words, pause } = this.claim;
    const run = () => {
      this.notice = null;
      pause();
      this.changed();
    };
    this.report(words, new Failure("config", cause), [{ label: "Pause the Lab", run }]);
    return true;
  }

  #recognitionFailed(thrown: unknown): void {
    const { model, status } = this.engine.state;
    const again = () => (status === "ready" ? void this.recognise() : this.startEngine());
    const actions = [{ label: "Try again", run: again }];
    if (model && model.layout === this.clip?.layout && model.id !== this.state.model) {
      const back = () => this.settings.set({ model: model.id });
      actions.push({ label: `Use ${model.name} instead`, run: back });
    }
    this.report("The recogniser did not answer.", thrown, actions);
  }

  /** Says that the engine stopped, and offers ways on. */
  engineFailed(): void {
    const { error, backend } = this.engine.state;
    const gpu = this.state.engine !== "cpu" && (backend?.kind === "webgpu" || this.state.engine === "webgpu");
    const actions = [{ label: "Try again", run: () => this.startEngine() }];
    if (gpu) actions.push({ label: "Use the CPU instead", run: () => this.settings.set({ engine: "cpu" }) });
    this.report(
      gpu ? "The GPU engine stopped." : "The engine stopped.",
      error ?? "It gave no reason.",
      actions,
      "The clip, the settings, and what the attack has reached",
    );
  }
}
