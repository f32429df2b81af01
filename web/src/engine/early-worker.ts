/** The engine's worker, started while the element's own code is still on its way. The first client takes it over. */
import { beginEarly } from "../base/early.ts";
import type { DeviceChoice } from "../core/types.ts";
import { moduleAt } from "./download.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { addresses, type ModuleName, moduleFor } from "./module-choice.ts";
import { spawn } from "./spawn.ts";

/** The number of the call that started such a worker; a client counts its own calls from 1. */
export const FIRST_CALL = 0;

type Receive = (message: FromWorker) => void;
type Crashed = (message: string) => void;

interface Begun {
  choice: DeviceChoice;
  worker: Worker;
  /** The module that it gets. */
  name: Promise<ModuleName>;
  receive: Receive;
  crashed: Crashed;
  /** What it has said before somebody listened. */
  said: FromWorker[];
  broken: string | null;
}

let begun: Begun | null = null;

/** Starts a worker, and downloads the module for it. What fails is reported to who takes it over. */
export function beginEngine(choice: DeviceChoice): void {
  const worker = spawn(
    (message) => one.receive(message),
    (message) => one.crashed(message),
  );
  const name = moduleFor(choice);
  const one: Begun = {
    ...{ choice, worker, name, said: [], broken: null },
    receive: (message) => one.said.push(message),
    crashed: (message) => {
      one.broken = message;
    },
  };
  begun = one;
  const start = async () => {
    const known = await name;
    const module = await beginEarly(addresses[known], moduleAt(addresses[known]));
    const message: ToWorker = { type: "start", call: FIRST_CALL, ask: { choice, name: known, module } };
    worker.postMessage(message);
  };
  start().catch(() => {});
}

/**
 * The worker that was started for this choice, once; null if there is none. It has been given its module, or gets it:
 * its answer is that to `FIRST_CALL`. What it has said before arrives after the caller's own task.
 */
export function takeEngine(choice: DeviceChoice, receive: Receive, crashed: Crashed) {
  const one = begun;
  begun = null;
  if (!one) return null;
  if (one.choice !== choice) {
    one.worker.terminate();
    return null;
  }
  queueMicrotask(() => {
    one.receive = receive;
    one.crashed = crashed;
    for (const message of one.said.splice(0)) receive(message);
    if (one.broken !== null) crashed(one.broken);
  });
  return { worker: one.worker, name: one.name };
}
