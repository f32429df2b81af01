/**
 * The worker pool: more copies of the engine module, each in a worker, that share the CPU engine's heavy operations.
 */
import type { EngineGlue } from "./glue.ts";
import type { Threads } from "./messages.ts";
import type { ModuleName } from "./module-choice.ts";
import { permitted } from "./permitted.ts";
import type { Start } from "./pool-thread.ts";
import address from "./pool-thread.ts?worker&url";

/**
 * Shared memory in bytes. Work on a clip that needs more stays on the engine's thread. Untouched pages cost nothing.
 */
const SHARED_BYTES = 64 << 20;
const START_LIMIT_MS = 10_000;

const started: Worker[] = [];

/** Terminates the pool's workers. */
export function stopPool(): void {
  for (const worker of started.splice(0)) worker.terminate();
}

/** Starts the pool if the browser allows shared memory: one thread for each core but the engine's own. */
export async function startPool(
  { joinHelpers, mostHelpers }: EngineGlue,
  name: ModuleName,
  module: WebAssembly.Module,
): Promise<Threads> {
  if (!self.crossOriginIsolated)
    return {
      count: 1,
      alone: "the page's server does not isolate it from other origins (headers COOP and COEP)",
    };
  const threads = Math.min(navigator.hardwareConcurrency - 1, mostHelpers());
  if (threads < 1) return { count: 1, alone: "the browser reports one core" };
  try {
    const buffer = new SharedArrayBuffer(SHARED_BYTES);
    const ready = Array.from({ length: threads }, (_, thread) => start({ name, module, buffer, thread }));
    await Promise.race([Promise.all(ready), timeout()]);
    joinHelpers(buffer, threads);
    return { count: threads + 1, alone: null };
  } catch (thrown) {
    stopPool();
    return {
      count: 1,
      alone: `the worker pool did not start (${thrown instanceof Error ? thrown.message : thrown})`,
    };
  }
}

function start(message: Start): Promise<void> {
  const script = permitted(new URL(address, import.meta.url));
  const worker = new Worker(script, { type: "module", name: `ciasa-pool-${message.thread}` });
  started.push(worker);
  return new Promise((resolve, reject) => {
    worker.addEventListener("message", () => resolve());
    worker.addEventListener("error", (event) => {
      // Otherwise the browser reports it as an error of the engine's worker.
      event.preventDefault();
      reject(new Error(event.message || "a script did not load"));
    });
    worker.postMessage(message);
  });
}

const timeout = () =>
  new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error(`no answer for ${START_LIMIT_MS / 1000} s`)), START_LIMIT_MS),
  );
