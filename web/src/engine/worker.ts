/** The engine's worker: owns the wasm module and its session, answers calls, drives attacks. */
import init, { onFailure, Session, threads } from "../../pkg/engine/engine.js";
import type { Clip } from "../clip.ts";
import { announced, count as counting, open, persistently } from "./download.ts";
import { errorMessage } from "./errors.ts";
import { dismiss, gather } from "./helpers.ts";
import { AttackLoop, messages, type Stepper } from "./loop.ts";
import type {
  AttackEnd,
  AttackOrder,
  Call,
  CallName,
  Calls,
  ErrorMessage,
  FromWorker,
  Recognition,
  ToWorker,
  WeightBytes,
} from "./protocol.ts";

let session: Session | null = null;
/** An attack that is asked for and not over: the loop that drives it, perhaps with others, and its place there. */
interface Underway {
  loop: AttackLoop;
  place: number;
  over: Promise<void>;
}

/** By number. Those of the first loop compute; the others wait for its end. */
const attacks = new Map<number, Underway>();
/** Has an attack been rehearsed on the network that is loaded? */
let warm = false;
/** Steps and calls compute one after the other: the module has one thread and one device. */
let turn: Promise<unknown> = Promise.resolve();
/** Does the engine share its work with helpers? */
let helpers = false;

function post(message: FromWorker, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

function fatal(error: ErrorMessage): void {
  post({ type: "fatal", error });
}

self.addEventListener("error", (event) => fatal({ kind: "engine", message: event.message }));
self.addEventListener("unhandledrejection", (event) => fatal(errorMessage(event.reason)));
self.addEventListener("message", (event: MessageEvent<ToWorker>) => receive(event.data));

function receive(message: ToWorker): void {
  switch (message.type) {
    case "attack":
      enlist(message.attacks);
      break;
    case "control":
      attacks.get(message.attack)?.loop.control(message.action);
      break;
    case "configure": {
      const underway = attacks.get(message.attack);
      underway?.loop.configure(underway.place, message.patch);
      break;
    }
    default:
      void answer(message);
  }
}

function inTurn<T>(action: () => Promise<T> | T): Promise<T> {
  const result = turn.then(action).finally(count);
  turn = result.catch(() => {});
  return result;
}

/** Tells of a helper that has failed: the engine goes on alone. */
function count(): void {
  if (helpers && threads() === 1) {
    helpers = false;
    dismiss();
    post({ type: "threads", threads: { count: 1, alone: "a helper has failed" } });
  }
}

async function answer(message: Call): Promise<void> {
  try {
    // Losing the device is a test of what happens meanwhile, so it does not wait for its turn.
    const value = message.type === "loseDevice" ? ready().loseDevice() : await inTurn(() => compute(message));
    post({ type: "answer", call: message.call, value });
  } catch (thrown) {
    post({ type: "refused", call: message.call, error: errorMessage(thrown) });
  }
}

async function compute(message: Exclude<Call, { type: "loseDevice" }>): Promise<Calls[CallName]["answer"]> {
  switch (message.type) {
    case "start":
      await instantiate();
      post({ type: "starting" });
      // The device starts while the page can already show what it waits for.
      await messages();
      session = await Session.start(message.ask.choice);
      return session.backend();
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
    case "natural":
      for (const { id, file, bytes } of message.ask.files)
        ready().addNatural(id, file, new Uint8Array(bytes));
      return null;
    case "memory":
      return ready().memory();
  }
}

/** While the visitor looks at the first answer and chooses, a GPU compiles what an attack will ask for. */
async function recognise(clip: Clip): Promise<Recognition> {
  const recognition = await ready().recognise(clip);
  if (!warm && attacks.size === 0) {
    warm = true;
    // What fails here fails again where somebody waits for it.
    inTurn(() => ready().warmUp(clip)).catch(() => {});
  }
  return recognition;
}

/** Names and contents, as the module takes them. */
function named(files: WeightBytes[]): [string[], Uint8Array[]] {
  return [files.map((file) => file.name), files.map((file) => new Uint8Array(file.bytes))];
}

function ready(): Session {
  if (!session) throw { kind: "engine", message: "the engine has not started" };
  return session;
}

/** Downloads and compiles the module; helpers get it, too. The browser keeps the compiled code beside the file in its cache. */
async function instantiate(): Promise<void> {
  const address = new URL("../../pkg/engine/engine_bg.wasm", import.meta.url);
  const module = await persistently(async () => {
    const response = await open(address);
    // The copy is only counted: browsers keep compiled code for the response that came from the network.
    const copy = response.clone();
    const counted = counting(copy, announced(copy), (loaded, total) =>
      post({ type: "progress", loaded, total }),
    );
    const [compiled] = await Promise.all([compile(response), counted]);
    return compiled;
  });
  await init({ module_or_path: module });
  const gathered = await gather(module);
  helpers = gathered.count > 1;
  post({ type: "threads", threads: gathered });
  // A panic, or a GPU that was lost while nobody waited for it.
  onFailure((kind: string, message: string) => fatal({ kind, message }));
}

/** While it arrives, where the server names the kind of file; afterwards, where it does not. */
async function compile(response: Response): Promise<WebAssembly.Module> {
  const named = response.headers.get("Content-Type")?.startsWith("application/wasm");
  return named
    ? await WebAssembly.compileStreaming(response)
    : await WebAssembly.compile(await response.arrayBuffer());
}

/** One attack, or several together, at a time: new ones end those before them. */
function enlist(orders: AttackOrder[]): void {
  const before = [...attacks.values()];
  for (const { loop } of before) loop.control("cancel");
  const clips = orders.map((order) => order.clip);
  const stepper: Stepper = {
    begin: (configs) => inTurn(() => ready().beginAttacks(clips, configs)),
    steps: (which, count) => inTurn(() => ready().stepsOf(Uint32Array.from(which), count)),
    perturbed: (which) => ready().perturbedOf(which),
    recognise: () => inTurn(() => ready().recogniseAll()),
    configure: (settings) => ready().configure(settings),
  };
  const numbers = orders.map((order) => order.attack);
  const configs = orders.map((order) => order.config);
  const loop = new AttackLoop(stepper, configs, (place, event) => {
    const transfer = event.type === "report" && event.data ? [event.data.buffer] : [];
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
    // Then nothing else can be computed either, and the page ends the attacks together with this worker.
    if (error.kind === "device") return fatal(error);
    for (const [place, report] of loop.reports.entries()) {
      post({ type: "event", attack: numbers[place] ?? 0, event: { type: "error", error } });
      const recognition = { probabilities: new Float32Array(), top: [] };
      const data = session?.perturbedOf(place) ?? new Float32Array();
      end(place, { reason: "error", report, data, recognition });
    }
  } finally {
    session?.endAttack();
  }
}
