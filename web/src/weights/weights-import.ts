import type { Clip } from "../base/clip.ts";
import { asFailure, Failure } from "../base/failure.ts";
import type { Notice } from "../base/notice.ts";
import { addressOf } from "../base/origin.ts";
import type { Entry } from "../clips/gallery.ts";
import type { Library } from "../clips/library.ts";
import type { LayoutInfo } from "../core/layout.ts";
import type { Answers, ModelEntry } from "../core/types.ts";
import type { EngineManager } from "../engine/manager.ts";
import type { Settings } from "../settings/settings.ts";
import { WeightsImportJob } from "./weights-import-job.ts";

const CLAIMED = "The Lab is using the engine. Pause the Lab or wait until it ends, then load the weights.";

/** What the import needs of the playground. */
export interface ImportHost {
  readonly engine: EngineManager;
  readonly settings: Settings;
  readonly library: Library;
  readonly layouts: LayoutInfo[];
  readonly clip: Clip | null;
  startEngine(): void;
  engineClaimed(cause: string): boolean;
  discardAttack(): void;
  choose(entry: Entry): Promise<void>;
  dismiss(): void;
  inform(title: string, detail: string, actions: Notice["actions"]): void;
  report(title: string, thrown: unknown, actions: Notice["actions"], kept?: string): void;
  announce(words: string): void;
  changed(): void;
  changedSoon(): void;
}

/** Imports a visitor's weights: read, identify, ask, load. One import at a time. */
export class WeightsImport {
  job: WeightsImportJob | null = null;
  /** The addresses of networks that a link opened, by the network's id. */
  readonly addresses = new Map<string, string>();
  /** The names of the files of opened networks, by the network's id. */
  readonly names = new Map<string, string[]>();
  readonly #host: ImportHost;

  constructor(host: ImportHost) {
    this.#host = host;
  }

  /**
   * Imports weight files: one, or the streams of one ensemble. With `ask`, a dialog shows what was identified and asks
   * the open questions; without, questions that `answers` leaves out get their default answers. Resolves to the
   * network's entry, or to null if nothing was loaded (the previous network stays) or the dialog is open. `lists`:
   * files that may hold the class names.
   */
  async open(
    files: File[],
    answers: Answers = {},
    ask = true,
    lists: File[] = [],
  ): Promise<ModelEntry | null> {
    const host = this.#host;
    if (host.engineClaimed(CLAIMED)) return null;
    if (this.job?.stage === "loading") {
      const cause = `"${this.job.names}" is being loaded. Open the next weights when that is done.`;
      host.report("One network is loaded at a time.", new Failure("config", cause), []);
      return null;
    }
    this.job?.cancel();
    const job = new WeightsImportJob(files, ask, () => host.changedSoon());
    this.job = job;
    host.dismiss();
    try {
      await job.readAll();
      if (!host.engine.wanted || host.engine.state.status === "failed") host.startEngine();
      const identified = await host.engine.inspect(job.files);
      await job.takeFirst(lists);
      if (job.cancelled) return null;
      for (const { id, default: usual } of identified.questions) job.answers.set(id, usual);
      job.answer(answers);
      job.identified = identified;
      job.stage = "asking";
      const remark = job.remark ? ` ${job.remark}` : "";
      host.announce(`${identified.summary}. ${identified.questions.length} questions.${remark}`);
      host.changed();
      return ask ? null : await this.load();
    } catch (thrown) {
      if (!job.cancelled) this.#failed(job, thrown);
      return null;
    }
  }

  /** Loads the identified weights with the current answers. */
  async load(): Promise<ModelEntry | null> {
    const { job } = this;
    const host = this.#host;
    if (job?.stage !== "asking") return null;
    // The Lab may have started while the dialog was open.
    if (host.engineClaimed(CLAIMED)) {
      if (job.ask) job.failure = new Failure("config", CLAIMED);
      else this.job = null;
      host.changed();
      return null;
    }
    job.stage = "loading";
    job.failure = null;
    // An attack ends with its network.
    host.discardAttack();
    host.changed();
    try {
      const entry = await host.engine.open(job.files, job.typed);
      if (job.cancelled) return null;
      this.job = null;
      this.names.set(
        entry.id,
        job.chosen.map(({ name }) => name),
      );
      const address = job.chosen.length === 1 ? addressOf(job.chosen[0]) : undefined;
      if (address) this.addresses.set(entry.id, address);
      host.announce(`${entry.name} is loaded`);
      host.settings.set({ model: entry.id });
      if (host.clip && entry.layout !== host.clip.layout) this.#offerClip(entry);
      host.changed();
      return entry;
    } catch (thrown) {
      if (job.cancelled) return null;
      if (!job.ask) {
        this.#failed(job, thrown);
        return null;
      }
      job.stage = "asking";
      job.failure = asFailure(thrown);
      host.announce(`Not loaded. ${job.failure.message}`);
      host.changed();
      return null;
    }
  }

  /** Cancels the import; the loaded network stays. Has no effect once the engine is loading the weights. */
  cancel(): void {
    if (this.job?.stage === "loading") return;
    this.close();
    this.#host.changed();
  }

  /** Drops the import in any stage, because the playground ends. */
  close(): void {
    this.job?.cancel();
    this.job = null;
  }

  #failed(job: WeightsImportJob, thrown: unknown): void {
    if (this.job === job) this.job = null;
    const now = this.#host.engine.state.model;
    const kept = now ? `The network ${now.name}` : undefined;
    this.#host.report(`"${job.names}" cannot be opened.`, thrown, [], kept);
  }

  /** Explains that the new network does not read the clip on the stage, and offers one that it reads. */
  #offerClip(entry: ModelEntry): void {
    const { library, layouts } = this.#host;
    const clip = library.entries.find((one) => one.layout === entry.layout);
    const layout = layouts.find((one) => one.id === entry.layout)?.name ?? entry.layout;
    this.#host.inform(
      `${entry.name} is loaded.`,
      `It reads clips of ${layout}; the clip on the stage has another skeleton. Open or choose a clip that it reads.`,
      clip ? [{ label: `Show ${clip.name}`, run: () => void this.#host.choose(clip) }] : [],
    );
  }
}
