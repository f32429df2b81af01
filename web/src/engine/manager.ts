import type { Clip, LayoutId } from "../base/clip.ts";
import { Failure } from "../base/failure.ts";
import type {
  Answers,
  AttackConfig,
  CertificateOrder,
  CertificateStep,
  DeviceChoice,
  Identified,
  Memory,
  ModelEntry,
  Recognition,
  SearchStep,
} from "../core/types.ts";
import type { AttackHandle } from "./attack-handle.ts";
import { type AttackRequest, EngineClient, IDLE } from "./client.ts";
import type { Contributions, EngineState, WeightBytes } from "./messages.ts";
import { chosen, OPENED } from "./models.ts";

/** A network that is being loaded. */
interface Loading {
  model: ModelEntry;
  stop: AbortController;
  done: Promise<void>;
}

/** A network from the visitor's files, kept so that it can be chosen again. */
interface Opened {
  entry: ModelEntry;
  files: WeightBytes[];
  answers: Answers;
}

/**
 * The page's engine and its networks: creates the `EngineClient` when it is first wanted, restarts it, and loads the
 * recogniser that reads a clip. Fires "change" on progress, "ready" when a started engine answers calls, and "failed"
 * when it has stopped.
 */
export class EngineManager extends EventTarget {
  #client: EngineClient | null = null;
  #loading: Loading | null = null;
  /** Number of the latest request for a network; an older one that is still waiting gives up. */
  #request = 0;
  #failed = false;
  #opened: Opened[] = [];
  #openedCount = 0;
  /** Networks that are served; empty until the manifest is loaded. */
  models: ModelEntry[] = [];

  /** Networks from the visitor's own files, the latest first. */
  get opened(): ModelEntry[] {
    return this.#opened.map((one) => one.entry);
  }

  /** The network that is being loaded. */
  get loading(): ModelEntry | null {
    return this.#loading?.model ?? null;
  }

  /** All networks for a layout; the first is the default. */
  fits(layout: LayoutId | undefined): ModelEntry[] {
    return [...this.models, ...this.opened].filter((model) => model.layout === layout);
  }

  /** The network with that id if it reads the layout, else the layout's default. */
  chosen(layout: LayoutId, id: string): ModelEntry | undefined {
    return chosen([...this.models, ...this.opened], layout, id);
  }

  get state(): EngineState {
    return this.#client?.state ?? IDLE;
  }

  /** Has the engine been started and not stopped? */
  get wanted(): boolean {
    return this.#client !== null;
  }

  /** Starts the engine, or restarts it on another device and reloads its network. */
  async start(choice: DeviceChoice): Promise<void> {
    const client = this.#client ?? this.#create();
    this.#failed = false;
    this.#cancelLoading();
    try {
      await client.start(choice);
      if (client === this.#client && client.state.status === "ready") this.dispatchEvent(new Event("ready"));
    } catch {
      // The state holds the error, and "failed" has been fired.
      this.#changed(client);
    }
  }

  /** Stops the engine and its downloads. */
  stop(): void {
    const client = this.#client;
    this.#client = null;
    this.#cancelLoading();
    client?.dispose();
    this.dispatchEvent(new Event("change"));
  }

  /**
   * Loads the `chosen` network unless it is loaded already; its download runs beside the engine's own. A later call
   * cancels an earlier one, which then fails with kind "cancelled". Does nothing if the engine is not wanted or no
   * network fits.
   */
  async prepareFor(layout: LayoutId, id: string): Promise<void> {
    const client = this.#client;
    if (!client || client.state.status === "failed") return;
    this.#request += 1;
    const mine = this.#request;
    this.models = await client.models();
    const model = this.chosen(layout, id);
    if (mine !== this.#request || !model) return;
    const before = this.#loading;
    if (before?.model.id === model.id && !before.stop.signal.aborted) return before.done;
    if (before) {
      before.stop.abort();
      // The module finishes a load that it has begun.
      await before.done.catch(() => {});
      if (mine !== this.#request) return;
    }
    if (client !== this.#client || model.id === client.state.model?.id) return;
    const stop = new AbortController();
    const load = this.load(client, model.id, stop.signal);
    const loading: Loading = { model, stop, done: load.then(() => {}).finally(() => this.#loaded(loading)) };
    this.#loading = loading;
    this.dispatchEvent(new Event("change"));
    await loading.done;
  }

  /** Loads a network, served or opened, into a client: the page's own or another. */
  load(client: EngineClient, id: string, signal?: AbortSignal): Promise<ModelEntry> {
    const own = this.#opened.find((one) => one.entry.id === id);
    return own ? client.loadWeights(id, own.files, own.answers) : client.loadModel(id, signal);
  }

  /** Identifies a visitor's weight files. */
  inspect(files: WeightBytes[]): Promise<Identified> {
    return this.#running().inspectWeights(files);
  }

  /** Loads a visitor's weight files and adds them to the networks to choose from. */
  async open(files: WeightBytes[], answers: Answers): Promise<ModelEntry> {
    const client = this.#running();
    this.#cancelLoading();
    this.#openedCount += 1;
    const entry = await client.loadWeights(`${OPENED}${this.#openedCount}`, files, answers);
    this.#opened = [{ entry, files, answers }, ...this.#opened];
    this.dispatchEvent(new Event("change"));
    return entry;
  }

  recognise(clip: Clip): Promise<Recognition> {
    return this.#running().recognise(clip);
  }

  /** What each joint contributed to the change from class `from` to class `to`; `data`: attacked values. */
  attribute(clip: Clip, data: Float32Array, from: number, to: number): Promise<Contributions> {
    return this.#running().attribute(clip, data, from, to);
  }

  /** Starts an attack. */
  attack(request: AttackRequest): AttackHandle {
    return this.#running().attack(request);
  }

  /** Starts attacks that are computed together. */
  attackTogether(requests: AttackRequest[]): AttackHandle[] {
    return this.#running().attackTogether(requests);
  }

  /** Prepares a search for the smallest epsilon. */
  async beginSearch(clip: Clip, config: AttackConfig): Promise<void> {
    await this.#running().beginSearch(clip, config);
  }

  async stepSearch(): Promise<SearchStep> {
    return this.#running().stepSearch();
  }

  async searchFound(): Promise<Float32Array> {
    return this.#running().searchFound();
  }

  async endSearch(): Promise<void> {
    await this.#running().endSearch();
  }

  /** For the soak: what the engine holds. */
  async memory(): Promise<Memory> {
    return this.#running().memory();
  }

  /** Prepares a vote over noise on a clip; `attacked`: attacked values whose distance is measured, or empty. */
  async beginCertificate(clip: Clip, attacked: Float32Array, order: CertificateOrder): Promise<void> {
    await this.#running().beginCertificate(clip, attacked, order);
  }

  async stepCertificate(): Promise<CertificateStep> {
    return this.#running().stepCertificate();
  }

  async endCertificate(): Promise<void> {
    await this.#running().endCertificate();
  }

  /** For tests: destroys the GPU device; false if the CPU computes. */
  async loseDevice(): Promise<boolean> {
    return (await this.#client?.loseDevice()) ?? false;
  }

  #running(): EngineClient {
    if (!this.#client) throw new Failure("device", "The engine is not loaded. Load it first.");
    return this.#client;
  }

  #cancelLoading(): void {
    this.#request += 1;
    this.#loading?.stop.abort();
    this.#loading = null;
  }

  #loaded(loading: Loading): void {
    if (this.#loading === loading) this.#loading = null;
    this.dispatchEvent(new Event("change"));
  }

  #create(): EngineClient {
    const client = new EngineClient();
    client.addEventListener("state", () => this.#changed(client));
    this.#client = client;
    return client;
  }

  #changed(client: EngineClient): void {
    if (client !== this.#client) return;
    this.dispatchEvent(new Event("change"));
    const failed = client.state.status === "failed";
    if (failed && !this.#failed) this.dispatchEvent(new Event("failed"));
    this.#failed = failed;
  }
}
