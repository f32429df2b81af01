/** Threads for the CPU: more engines, each in a worker of its own, with which the engine shares its heavy work. */
import { joinHelpers, mostHelpers } from "../../pkg/engine/engine.js";
import type { Start } from "./helper.ts";
import address from "./helper.ts?worker&url";
import { permitted } from "./permitted.ts";
import type { Threads } from "./protocol.ts";

/** Bytes through which work is shared; of a long clip's, what does not fit is computed alone. Untouched pages cost nothing. */
const ROOM = 64 << 20;
/** Milliseconds that helpers may take to start. */
const PATIENCE = 10_000;

const started: Worker[] = [];

/** Ends the helpers, which the engine does without. */
export function dismiss(): void {
  for (const worker of started.splice(0)) worker.terminate();
}

/** Starts helpers where the browser allows it: one for each core but the engine's own. */
export async function gather(module: WebAssembly.Module): Promise<Threads> {
  if (!self.crossOriginIsolated)
    return {
      count: 1,
      alone: "the page's server does not isolate it from other origins (headers COOP and COEP)",
    };
  const helpers = Math.min(navigator.hardwareConcurrency - 1, mostHelpers());
  if (helpers < 1) return { count: 1, alone: "the browser tells of one core" };
  try {
    const buffer = new SharedArrayBuffer(ROOM);
    const ready = Array.from({ length: helpers }, (_, helper) => start({ module, buffer, helper }));
    await Promise.race([Promise.all(ready), late()]);
    joinHelpers(buffer, helpers);
    return { count: helpers + 1, alone: null };
  } catch (thrown) {
    dismiss();
    return {
      count: 1,
      alone: `helpers did not start (${thrown instanceof Error ? thrown.message : thrown})`,
    };
  }
}

function start(message: Start): Promise<void> {
  const script = permitted(new URL(address, import.meta.url));
  const worker = new Worker(script, { type: "module", name: `ciasa-helper-${message.helper}` });
  started.push(worker);
  return new Promise((resolve, reject) => {
    worker.addEventListener("message", () => resolve());
    worker.addEventListener("error", (event) => {
      // Or else it would count as the engine's own.
      event.preventDefault();
      reject(new Error(event.message || "a script did not load"));
    });
    worker.postMessage(message);
  });
}

const late = () =>
  new Promise<never>((_, reject) => setTimeout(() => reject(new Error("no answer for 10 s")), PATIENCE));
