import type { Clip } from "../base/clip.ts";
import { needsClips } from "../core/attack-config.ts";
import type {
  Answers,
  AttackConfig,
  Backend,
  CertificateOrder,
  CertificateStep,
  DeviceChoice,
  ErrorMessage,
  Identified,
  Memory,
  ModelEntry,
  Recognition,
  SearchStep,
} from "../core/types.ts";
import { AttackHandle } from "./attack-handle.ts";
import { cancelled, sha256 } from "./download.ts";
import { Downloads } from "./downloads.ts";
import { FIRST_CALL, takeEngine } from "./early-worker.ts";
import { errorMessage } from "./errors.ts";
import type {
  AttackEvent,
  AttackOrder,
  CallName,
  Calls,
  Contributions,
  EngineState,
  FromWorker,
  ToWorker,
  WeightBytes,
} from "./messages.ts";
import { addresses, moduleFor } from "./module-choice.ts";
import { naturalFiles } from "./natural-clips.ts";
import { OpenCalls } from "./open-calls.ts";
import { spawn } from "./spawn.ts";

/** A loaded model, kept to load it again after a restart: a served one, or a visitor's files. */
type Model =
  | { entry: ModelEntry; files: ArrayBuffer[] }
  | { id: string; opened: WeightBytes[]; answers: Answers };

/** An attack for the engine to compute, and who gets its events. */
export interface AttackRequest {
  clip: Clip;
  config: AttackConfig;
  /** Where it begins, (T, M, V, C), within its bounds; without it, at the clip. */
  start?: Float32Array;
  listener: (event: AttackEvent) => void;
}

type HandledOrder = AttackOrder & { handle: AttackHandle };

const NOT_RUNNING: ErrorMessage = { kind: "engine", message: "the engine is not running" };

/** The state before the engine is started. */
export const IDLE: EngineState = {
  status: "idle",
  loadedBytes: 0,
  totalBytes: 0,
  backend: null,
  threads: null,
  module: null,
  model: null,
  error: null,
};

/**
 * The page's side of the engine: starts one worker, sends it calls and attacks, and restarts it. Fires "state" when
 * `state` changes. After a crash or a lost device the status is "failed"; `start` then creates a new worker and loads
 * the same model again.
 */
export class EngineClient extends EventTarget {
  #state = IDLE;
  #worker: Worker | null = null;
  #started: Promise<void> | null = null;
  readonly #open = new OpenCalls();
  #attacks = new Map<number, AttackHandle>();
  readonly #downloads = new Downloads((loadedBytes, totalBytes) => this.#update({ loadedBytes, totalBytes }));
  #model: Model | null = null;
  #natural = new Set<string>();
  #next = 1;

  get state(): EngineState {
    return this.#state;
  }

  /** Starts with a new worker. Running attacks end; a loaded model is loaded again. */
  start(choice: DeviceChoice): Promise<void> {
    this.#detach()({ kind: "engine", message: "the engine was restarted" }, "cancelled");
    this.#started = this.#boot(choice);
    return this.#started;
  }

  /** The served models, the default first. */
  models(): Promise<ModelEntry[]> {
    return this.#downloads.models();
  }

  /**
   * Downloads a model, beside the engine's own download, and loads it. If `signal` aborts, it throws an error of kind
   * "cancelled". After any failure the previous model stays.
   */
  async loadModel(id: string, signal?: AbortSignal): Promise<ModelEntry> {
    const entry = (await this.models()).find((model) => model.id === id);
    if (!entry)
      throw {
        kind: "weights",
        message: `no model has the id ${JSON.stringify(id)}; see models/manifest.json`,
      };
    const files = await this.#weights(entry, signal);
    await this.#started;
    if (signal?.aborted) throw cancelled;
    return await this.#load({ entry, files });
  }

  /** Identifies a visitor's weight files without loading them. */
  async inspectWeights(files: WeightBytes[]): Promise<Identified> {
    await this.#started;
    return this.#call("inspect", { files });
  }

  /** Loads a visitor's weight files as the model `id`. If that fails, the previous model stays. */
  async loadWeights(id: string, files: WeightBytes[], answers: Answers): Promise<ModelEntry> {
    await this.#started;
    return await this.#load({ id, opened: files, answers });
  }

  /** The loaded model's probabilities for a clip. */
  async recognise(clip: Clip): Promise<Recognition> {
    await this.#started;
    return this.#call("recognise", { clip });
  }

  /** What each joint contributed to the change from class `from` to class `to`; `data`: attacked values. */
  async attribute(clip: Clip, data: Float32Array, from: number, to: number): Promise<Contributions> {
    await this.#started;
    return this.#call("attribute", { clip, data, from, to });
  }

  /** Starts an attack; a running one ends. */
  attack(request: AttackRequest): AttackHandle {
    const order = this.#order(request);
    this.#begin([order]);
    return order.handle;
  }

  /**
   * Starts attacks that are computed together, on clips with equal frames and people. Running attacks end. Pausing,
   * cancelling or a failure of one affects all.
   */
  attackTogether(requests: AttackRequest[]): AttackHandle[] {
    const orders = requests.map((request) => this.#order(request));
    this.#begin(orders);
    return orders.map((order) => order.handle);
  }

  /** Prepares a search for the smallest epsilon within which an attack with these settings reaches its goal. */
  async beginSearch(clip: Clip, config: AttackConfig): Promise<void> {
    await this.#started;
    if (needsClips(config)) await this.#sendNatural(clip);
    await this.#call("beginSearch", { clip, config });
  }

  /** Takes steps of the search for a tenth of a second, or to the end of an epsilon. Gives the last one. */
  stepSearch(): Promise<SearchStep> {
    return this.#call("stepSearch", {});
  }

  /** The perturbed clip of the smallest epsilon so far, (T, M, V, C); empty if there is none. */
  searchFound(): Promise<Float32Array> {
    return this.#call("searchFound", {});
  }

  async endSearch(): Promise<void> {
    await this.#call("endSearch", {});
  }

  /** Prepares a vote over noise on a clip; `attacked`: attacked values whose distance is measured, or empty. */
  async beginCertificate(clip: Clip, attacked: Float32Array, order: CertificateOrder): Promise<void> {
    await this.#started;
    await this.#call("beginCertificate", { clip, attacked, order });
  }

  /** Counts draws of the vote for a tenth of a second, or to its end. */
  stepCertificate(): Promise<CertificateStep> {
    return this.#call("stepCertificate", {});
  }

  async endCertificate(): Promise<void> {
    await this.#call("endCertificate", {});
  }

  /** For the soak: what the engine holds. */
  memory = (): Promise<Memory> => this.#call("memory", {});
  /** For tests: destroys the GPU device; false if the CPU computes. */
  loseDevice = (): Promise<boolean> => this.#call("loseDevice", {});

  dispose(): void {
    this.#detach()({ kind: "engine", message: "the engine was closed" }, "cancelled");
    this.#model = null;
    this.#update(IDLE);
  }

  #order({ clip, config, start, listener }: AttackRequest): HandledOrder {
    const attack = this.#next++;
    const handle = new AttackHandle(clip.data.slice(), listener);
    this.#attacks.set(attack, handle);
    handle.done.finally(() => this.#attacks.delete(attack));
    return { attack, clip, config, ...(start && { start }), handle };
  }

  #begin(orders: HandledOrder[]): void {
    const worker = this.#worker;
    const begin = async () => {
      await this.#started;
      for (const { clip, config } of orders) {
        if (needsClips(config)) await this.#sendNatural(clip);
      }
      if (!worker || worker !== this.#worker) throw NOT_RUNNING;
      const attacks = orders.map(({ handle: _, ...order }) => order);
      this.#post({ type: "attack", attacks });
      for (const { attack, handle } of orders) {
        handle.connect(
          (action) => this.#post({ type: "control", attack, action }),
          (patch) => this.#post({ type: "configure", attack, patch }),
        );
      }
    };
    begin().catch((thrown) => {
      for (const { handle } of orders) handle.fail(errorMessage(thrown));
    });
  }

  async #boot(choice: DeviceChoice): Promise<void> {
    this.#update({ ...IDLE, status: "loading" });
    const receive = (message: FromWorker) => this.#receive(worker, message);
    const crashed = (message: string) => this.#crash(worker, { kind: "engine", message });
    const early = takeEngine(choice, receive, crashed);
    const worker = early?.worker ?? spawn(receive, crashed);
    this.#worker = worker;
    const begun = early && this.#open.answer<"start">(FIRST_CALL);
    // A failed download is reported below.
    begun?.catch(() => {});
    try {
      const name = await (early?.name ?? moduleFor(choice));
      const module = await this.#downloads.module(addresses[name]);
      // Another start may have replaced this one during the download.
      if (worker !== this.#worker) throw NOT_RUNNING;
      const backend = await (begun ?? this.#call("start", { choice, name, module }));
      this.#update({ backend });
      if (this.#model) await this.#load(this.#model);
      else this.#update({ status: "ready" });
    } catch (thrown) {
      const error = errorMessage(thrown);
      this.#crash(worker, error);
      throw error;
    }
  }

  async #load(model: Model): Promise<ModelEntry> {
    // It may have stopped while the weights were downloading.
    if (!this.#worker) throw NOT_RUNNING;
    this.#update({ status: "starting" });
    try {
      const { entry, backend } = await this.#loaded(model);
      this.#model = model;
      this.#update({ status: "ready", backend, model: entry, error: null });
      return entry;
    } catch (thrown) {
      const error = errorMessage(thrown);
      // After bad weights the engine still has its previous model.
      if (this.#state.status === "starting") this.#update({ status: "ready", error });
      throw error;
    }
  }

  async #loaded(model: Model): Promise<{ entry: ModelEntry; backend: Backend }> {
    if ("entry" in model) {
      const { entry, files } = model;
      return { entry, backend: await this.#call("load", { entry, files }) };
    }
    const { id, opened: files, answers } = model;
    const { entry, backend } = await this.#call("open", { files, answers });
    const hash = async (one: ModelEntry["weights"][number]) => {
      const file = files.find(({ name }) => name === one.file);
      return { ...one, sha256: file ? await sha256(file.bytes) : "" };
    };
    return { entry: { ...entry, id, weights: await Promise.all(entry.weights.map(hash)) }, backend };
  }

  async #weights(entry: ModelEntry, signal?: AbortSignal): Promise<ArrayBuffer[]> {
    if (this.#model && "entry" in this.#model && this.#model.entry.id === entry.id) return this.#model.files;
    try {
      return await this.#downloads.weights(entry, signal);
    } catch (thrown) {
      const error = errorMessage(thrown, "network");
      if (error.kind !== "cancelled") this.#update({ error });
      throw error;
    }
  }

  async #sendNatural(clip: Clip): Promise<void> {
    if (this.#natural.has(clip.layout)) return;
    const files = await naturalFiles(clip.layout);
    // Another attack may have sent them during the download.
    if (this.#natural.has(clip.layout)) return;
    this.#natural.add(clip.layout);
    await this.#call("natural", { files });
  }

  #receive(worker: Worker, message: FromWorker): void {
    if (worker !== this.#worker) return;
    switch (message.type) {
      case "alive":
        this.#watch(worker, message.lock);
        break;
      case "starting":
        this.#update({ status: "starting", module: addresses[message.name].href });
        break;
      case "threads":
        this.#update({ threads: message.threads });
        break;
      case "answer":
        this.#open.settle(message.call)?.resolve(message.value);
        break;
      case "refused":
        this.#open.settle(message.call)?.reject(message.error);
        break;
      case "event":
        this.#attacks.get(message.attack)?.receive(message.event);
        break;
      case "end":
        this.#attacks.get(message.attack)?.finish(message.end);
        break;
      case "fatal":
        this.#crash(worker, message.error);
        break;
    }
  }

  #call<K extends CallName>(type: K, ask: Calls[K]["ask"]): Promise<Calls[K]["answer"]> {
    const call = this.#next++;
    const answer = this.#open.answer<K>(call);
    try {
      this.#post({ type, call, ask } as ToWorker);
    } catch (thrown) {
      this.#open.settle(call)?.reject(errorMessage(thrown));
    }
    return answer;
  }

  #post(message: ToWorker): void {
    if (!this.#worker) throw NOT_RUNNING;
    this.#worker.postMessage(message);
  }

  /** Hears of it when the browser ends the worker: the worker's lock is free then. */
  #watch(worker: Worker, lock: string): void {
    const message = "The browser has ended the engine's worker, perhaps for its memory.";
    void navigator.locks.request(lock, () => this.#crash(worker, { kind: "engine", message }));
  }

  #crash(worker: Worker, error: ErrorMessage): void {
    if (worker !== this.#worker) return;
    const settle = this.#detach();
    // The state comes first: listeners of ended attacks read the reason from it.
    this.#update({ status: "failed", error });
    settle(error, "error");
  }

  /** Terminates the worker. The returned function rejects its open calls and ends its attacks. */
  #detach(): (error: ErrorMessage, attacks: "cancelled" | "error") => void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#started = null;
    this.#natural.clear();
    this.#downloads.clear();
    const reject = this.#open.drop();
    const attacks = [...this.#attacks.values()];
    this.#attacks.clear();
    return (error, reason) => {
      reject(error);
      for (const attack of attacks) {
        if (reason === "error") attack.fail(error);
        else attack.stop(reason);
      }
    };
  }

  #update(patch: Partial<EngineState>): void {
    this.#state = { ...this.#state, ...patch };
    this.dispatchEvent(new Event("state"));
  }
}
