import type { Answers, ModelInfo } from "./engine/protocol.ts";
import { asFailure, Failure } from "./failure.ts";
import { Opening } from "./opening.ts";
import type { Session } from "./session.ts";

const WAIT = "One engine serves both. Pause the Lab, or wait for its end, to open weights.";

/** Where a visitor's weights are taken in: read, asked about, handed to the engine. One opening at a time. */
export class WeightsDesk {
  /** Weight files on their way into the engine. */
  opening: Opening | null = null;
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /**
   * Opens weight files: one, or the two streams of 2s-AGCN. With `ask` the visitor sees what was recognised, answers what
   * was not, and decides; without, what `answers` leaves out is answered by default. Gives the network, or null where it
   * was not loaded; the network before stays then. `lists`: files that may hold the classes' names.
   */
  async open(
    files: File[],
    answers: Answers = {},
    ask = true,
    lists: File[] = [],
  ): Promise<ModelInfo | null> {
    if (this.#session.claimed(WAIT)) return null;
    if (this.opening?.stage === "loading") {
      const cause = `"${this.opening.names}" is being loaded. Open the next weights when it is there.`;
      this.#session.report("One network is loaded at a time.", new Failure("config", cause), []);
      return null;
    }
    this.opening?.cancel();
    const opening = new Opening(files, ask, () => this.#session.changedSoon());
    this.opening = opening;
    this.#session.notice = null;
    this.#session.changed();
    try {
      await opening.readAll();
      if (!this.#session.engine.wanted || this.#session.engine.state.status === "failed")
        this.#session.startEngine();
      const identified = await this.#session.engine.inspect(opening.files);
      await opening.takeFirst(lists);
      if (opening.cancelled) return null;
      for (const { id, default: usual } of identified.questions) opening.answers.set(id, usual);
      opening.answer(answers);
      opening.identified = identified;
      opening.stage = "asking";
      const remark = opening.remark ? ` ${opening.remark}` : "";
      this.#session.say(`${identified.summary}. ${identified.questions.length} questions.${remark}`);
      this.#session.changed();
      return ask ? null : await this.load();
    } catch (thrown) {
      if (!opening.cancelled) this.#notOpened(opening, thrown);
      return null;
    }
  }

  /** Loads the weights that are being opened, with the answers as they stand. */
  async load(): Promise<ModelInfo | null> {
    const { opening } = this;
    if (opening?.stage !== "asking") return null;
    // The Lab may have been started since the files were chosen.
    if (this.#session.claimed(WAIT)) {
      if (opening.ask) opening.failure = new Failure("config", `The Lab is computing. ${WAIT}`);
      else this.opening = null;
      this.#session.changed();
      return null;
    }
    opening.stage = "loading";
    opening.failure = null;
    // An attack ends with its network, as when another one is chosen.
    this.#session.discardRun();
    this.#session.changed();
    try {
      const entry = await this.#session.engine.open(opening.files, opening.typed);
      if (opening.cancelled) return null;
      this.opening = null;
      this.#session.say(`${entry.name} is loaded`);
      this.#session.settings.set({ model: entry.id });
      if (this.#session.clip && entry.layout !== this.#session.clip.layout) this.#offerClip(entry);
      this.#session.changed();
      return entry;
    } catch (thrown) {
      if (opening.cancelled) return null;
      if (!opening.ask) {
        this.#notOpened(opening, thrown);
        return null;
      }
      opening.stage = "asking";
      opening.failure = asFailure(thrown);
      this.#session.say(`Not loaded. ${opening.failure.message}`);
      this.#session.changed();
      return null;
    }
  }

  /** Gives up opening weights; what is loaded stays. While the engine loads, there is nothing left to call off. */
  cancel(): void {
    if (this.opening?.stage === "loading") return;
    this.close();
    this.#session.changed();
  }

  /** Forgets the weights that are being opened, whatever becomes of them: the session ends. */
  close(): void {
    this.opening?.cancel();
    this.opening = null;
  }

  #notOpened(opening: Opening, thrown: unknown): void {
    if (this.opening === opening) this.opening = null;
    const now = this.#session.engine.state.model;
    this.#session.report(
      `"${opening.names}" cannot be opened.`,
      thrown,
      [],
      now ? `The network ${now.name}` : undefined,
    );
  }

  /** A network was opened that does not read the clip on the stage. */
  #offerClip(entry: ModelInfo): void {
    const clip = this.#session.library.entries.find((one) => one.layout === entry.layout);
    const layout = this.#session.layouts.find((one) => one.id === entry.layout)?.name ?? entry.layout;
    this.#session.notice = {
      tone: "info",
      title: `${entry.name} is loaded.`,
      detail: `It reads clips of ${layout}; the clip on the stage is another kind. Open or choose one of its own.`,
      actions: clip ? [{ label: `Show ${clip.name}`, run: () => void this.#session.choose(clip) }] : [],
    };
  }
}
