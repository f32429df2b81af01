import type { FromWorker } from "./messages.ts";
import { permitted } from "./permitted.ts";
import address from "./worker.ts?worker&url";

/** Starts the engine's worker. `crashed` gets the message if its script does not load or throws. */
export function spawn(receive: (message: FromWorker) => void, crashed: (message: string) => void): Worker {
  const script = new URL(address, document.baseURI);
  const worker = new Worker(permitted(script), { type: "module", name: "ciasa-engine" });
  worker.addEventListener("message", (event: MessageEvent<FromWorker>) => receive(event.data));
  worker.addEventListener("error", (event) => crashed(event.message || "the engine's worker did not start"));
  return worker;
}
