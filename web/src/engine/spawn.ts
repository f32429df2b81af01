import type { FromWorker } from "./protocol.ts";
import address from "./worker.ts?worker&url";

/** Starts the engine's worker. `crashed` hears of a script that cannot be loaded or that throws. */
export function spawn(receive: (message: FromWorker) => void, crashed: (message: string) => void): Worker {
  const script = new URL(address, document.baseURI);
  const worker = new Worker(permitted(script), { type: "module", name: "ciasa-engine" });
  worker.addEventListener("message", (event: MessageEvent<FromWorker>) => receive(event.data));
  worker.addEventListener("error", (event) => crashed(event.message || "the engine's worker did not start"));
  return worker;
}

/** Workers must come from the page's own origin; where the element is served by another one, a line of ours imports it. */
function permitted(script: URL): URL | string {
  if (script.origin === location.origin) return script;
  const line = new Blob([`import ${JSON.stringify(script.href)};`], { type: "text/javascript" });
  return URL.createObjectURL(line);
}
