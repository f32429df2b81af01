/** The engine's worker: owns the WebAssembly module, answers calls and computes attacks. */
import type { Engine } from "../../pkg/engine/engine.js";
import type { Clip } from "../base/clip.ts";
import type { CertificateStep, ErrorMessage, Recognition, SearchStep } from "../core/types.ts";
import { AttackLoop, type Stepper } from "./attack-loop.ts";
import { errorMessage, trapped } from "./errors.ts";
import { type EngineGlue, glueOf } from "./glue.ts";
import type {
  AttackEnd,
  AttackOrder,
  Call,
  CallName,
  Calls,
  Contributions,
  FromWorker,
  ToWorker,
  WeightBytes,
} from "./messages.ts";
import type { ModuleName } from "./module-choice.ts";
import { messages } from "./turns.ts";
import { startPool, stopPool } from "./worker-pool.ts";

let engine: Engine | null = null;
/** The module that the engine is of. */
let glue: EngineGlue | null = null;

/** An attack that is not over: its loop, its index there, and the loop's end. */
interface LoopPlace {
  loop: AttackLoop;
  place: number;
  over: Promise<void>;
}

/** By the attack's number. The oldest loop computes; the others wait for its end. */
const attacks = new Map<number, LoopPlace>();
/** Has the loaded network been warmed up? */
let warm = false;
/** The end of the queue of engine calls: the module has one thread and one device. */
let turn: Promise<unknown> = Promise.resolve();
let hasPool = false;
/** Calls that wait for their turn or compute. */
let waiting = 0;

function post(message: FromWorker, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

function fatal(error: ErrorMessage): void {
  post({ type: "fatal", error });
}

/**
 * Holds a lock for as long as this worker lives. A browser that ends a worker, such as for its memory, reports it
 * nowhere; but it frees the lock, and the page waits for that.
 */
function holdLock(): void {
  // Pages that are not served securely have no locks.
  if (!navigator.locks) return;
  const lock = `ciasa-engine-${crypto.randomUUID()}`;
  const held = navigator.locks.request(lock, () => {
    post({ type: "alive", lock });
    return new Promise<never>(() => {});
  });
  // Refused where the page is sandboxed.
  held.catch(() => {});
}

holdLock();
self.addEventListener("error", ({ error, message }) =>
  fatal(trapped(error) ? errorMessage(error) : { kind: "engine", message }),
);
self.addEventListener("unhandledrejection", (event) => fatal(errorMessage(event.reason)));
self.addEventListener("message", (event: MessageEvent<ToWorker>) => receive(event.data));

function receive(message: ToWorker): void {
  switch (message.type) {
    case "attack":
      beginAttacks(message.attacks);
      break;
    case "control":
      attacks.get(message.attack)?.loop.control(message.action);
      break;
    case "configure": {
      const known = attacks.get(message.attack);
      known?.loop.configure(known.place, message.patch);
      break;
    }
    default:
      void answer(message);
  }
}

function inTurn<T>(action: () => Promise<T> | T): Promise<T> {
  const result = turn.then(action).finally(checkPool);
  turn = result.catch(() => {});
  return result;
}

/** Stops the pool after one of its threads has failed; the engine continues on its own thread. */
function checkPool(): void {
  if (hasPool && glue?.threads() === 1) {
    hasPool = false;
    stopPool();
    post({ type: "threads", threads: { count: 1, alone: "a thread of the worker pool failed" } });
  }
}

async function answer(message: Call): Promise<void> {
  try {
    // For tests of a device lost during a call, so this one does not queue.
    const value = message.type === "loseDevice" ? ready().loseDevice() : await queued(message);
    post({ type: "answer", call: message.call, value });
  } catch (thrown) {
    if (trapped(thrown)) fatal(errorMessage(thrown));
    else post({ type: "refused", call: message.call, error: errorMessage(thrown) });
  }
}

async function queued(message: Exclude<Call, { type: "loseDevice" }>): Promise<Calls[CallName]["answer"]> {
  waiting += 1;
  try {
    return await inTurn(() => compute(message));
  } finally {
    waiting -= 1;
  }
}

/** Passes of a rehearsal at most; a browser has optimised what they run by then. */
const PASSES = 24;

/** Lets the browser compile the engine's kernels, pass by pass, until the first network is there. */
async function rehearse(engine: Engine): Promise<void> {
  for (let pass = 0; pass < PASSES; pass += 1) {
    await messages();
    if (waiting > 0 || attacks.size > 0) return;
    // A failure here repeats in the first answer, which reports it.
    await inTurn(() => engine.rehearse()).catch(() => {});
  }
}

async function compute(message: Exclude<Call, { type: "loseDevice" }>): Promise<Calls[CallName]["answer"]> {
  switch (message.type) {
    case "start":
      glue = await load(message.ask.name, message.ask.module);
      // The page can show this state while the device starts.
      await messages();
      engine = await glue.Engine.start(message.ask.choice);
      void rehearse(engine);
      return engine.backend();
    case "load":
      warm = false;
      return ready().loadModel(
        message.ask.entry,
        message.ask.files.map((file) => new Uint8Array(file)),
      );
    case "inspect":
      return ready().inspectWeights(...named(message.ask.files));
    case "open":
      warm = false;
      return ready().loadWeights(...named(message.ask.files), message.ask.answers);
    case "recognise":
      return recognise(message.ask.clip);
    case "attribute": {
      const { clip, data, from, to } = message.ask;
      return (await ready().attribute(clip, data, from, to)) as Contributions;
    }
    case "natural":
      for (const { id, file, bytes } of message.ask.files)
        ready().addNatural(id, file, new Uint8Array(bytes));
      return null;
    case "beginSearch":
      ready().beginSearch(message.ask.clip, message.ask.config);
      return null;
    case "stepSearch":
      return stepSearch();
    case "searchFound":
      return ready().searchFound();
    case "endSearch":
      ready().endSearch();
      return null;
    case "beginCertificate": {
      const { clip, attacked, order } = message.ask;
      ready().beginCertificate(clip, attacked, order);
      return null;
    }
    case "stepCertificate":
      return stepCertificate();
    case "endCertificate":
      ready().endCertificate();
      return null;
    case "memory":
      return ready().memory();
  }
}

/** Other calls wait this long for the steps of a search, or for the draws of a vote. */
const TURN_MS = 100;

async function stepSearch(): Promise<SearchStep> {
  const start = performance.now();
  for (;;) {
    const step: SearchStep = await ready().stepSearch();
    if (step.trial || performance.now() - start >= TURN_MS) return step;
  }
}

async function stepCertificate(): Promise<CertificateStep> {
  const start = performance.now();
  for (;;) {
    const step: CertificateStep = await ready().stepCertificate();
    if (step.drawn >= step.of || performance.now() - start >= TURN_MS) return step;
  }
}

/** The first recognition with a network also queues a warm-up, in which a GPU compiles the shaders of an attack. */
async function recognise(clip: Clip): Promise<Recognition> {
  const recognition = await ready().recognise(clip);
  if (!warm && attacks.size === 0) {
    warm = true;
    // A failure here repeats in the attack, which reports it.
    inTurn(() => ready().warmUp(clip)).catch(() => {});
  }
  return recognition;
}

/** Names and contents as the module's arguments. */
function named(files: WeightBytes[]): [string[], Uint8Array[]] {
  return [files.map((file) => file.name), files.map((file) => new Uint8Array(file.bytes))];
}

function ready(): Engine {
  if (!engine) throw { kind: "engine", message: "the engine has not started" };
  return engine;
}

/** Runs a compiled module and starts the worker pool with it. */
async function load(name: ModuleName, module: WebAssembly.Module): Promise<EngineGlue> {
  const loaded = await glueOf(name);
  await loaded.default({ module_or_path: module });
  const pool = await startPool(loaded, name, module);
  hasPool = pool.count > 1;
  post({ type: "threads", threads: pool });
  // A panic, or a GPU lost between two calls.
  loaded.onFailure((kind: string, message: string) => fatal({ kind, message }));
  post({ type: "starting", name });
  return loaded;
}

/** Starts the attacks of one message in a loop; running attacks are cancelled first. */
function beginAttacks(orders: AttackOrder[]): void {
  const before = [...attacks.values()];
  for (const { loop } of before) loop.control("cancel");
  const clips = orders.map((order) => order.clip);
  const stepper: Stepper = {
    begin: (configs) =>
      inTurn(() => {
        ready().beginAttacks(clips, configs);
        for (const [which, { start }] of orders.entries()) if (start) ready().startAttackAt(which, start);
      }),
    steps: (which, count) => inTurn(() => ready().stepAttacks(Uint32Array.from(which), count)),
    perturbed: (which) => ready().perturbedOf(which),
    best: (which, known) => {
      const updates = ready().bestUpdates(which) ?? 0;
      return updates === 0 || updates === known ? null : { updates, data: ready().bestOf(which) };
    },
    recognise: () => inTurn(() => ready().recogniseAttacks()),
    configure: (which, settings) => ready().configureAttack(which, settings),
  };
  const numbers = orders.map((order) => order.attack);
  const configs = orders.map((order) => order.config);
  const loop = new AttackLoop(stepper, configs, (place, event) => {
    const iterates = event.type === "report" ? [event.data, event.best?.data] : [];
    const transfer = iterates.flatMap((data) => (data ? [data.buffer] : []));
    post({ type: "event", attack: numbers[place] ?? 0, event }, transfer);
  });
  const over = Promise.all(before.map((other) => other.over))
    .then(() => drive(numbers, loop))
    .finally(() => {
      for (const attack of numbers) attacks.delete(attack);
    });
  for (const [place, attack] of numbers.entries()) attacks.set(attack, { loop, place, over });
}

async function drive(numbers: number[], loop: AttackLoop): Promise<void> {
  const end = (place: number, ended: AttackEnd) =>
    post({ type: "end", attack: numbers[place] ?? 0, end: ended }, [ended.data.buffer]);
  try {
    const ends = await loop.run();
    for (const [place, ended] of ends.entries()) end(place, ended);
  } catch (thrown) {
    const error = errorMessage(thrown);
    // No call works after a lost device or a trap; the page ends the attacks with this worker.
    if (error.kind === "device" || trapped(thrown)) return fatal(error);
    for (const [place, report] of loop.reports.entries()) {
      post({ type: "event", attack: numbers[place] ?? 0, event: { type: "error", error } });
      const recognition = { probabilities: new Float32Array(), top: [] };
      const data = engine?.perturbedOf(place) ?? new Float32Array();
      end(place, { reason: "error", report, data, recognition });
    }
  } finally {
    engine?.endAttacks();
  }
}
