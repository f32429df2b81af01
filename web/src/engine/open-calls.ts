import type { ErrorMessage } from "../core/types.ts";
import type { CallName, Calls } from "./messages.ts";

/** Settles the promise of a call that the worker has not answered yet. */
interface Waiting {
  resolve(value: unknown): void;
  reject(error: ErrorMessage): void;
}

/** The calls to a worker that it has not answered yet, by their numbers. */
export class OpenCalls {
  #waiting = new Map<number, Waiting>();

  /** The answer to a call. */
  answer<K extends CallName>(call: number): Promise<Calls[K]["answer"]> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(call, { resolve: resolve as (value: unknown) => void, reject });
    });
  }

  /** A call that is answered now, to resolve or to reject it. */
  settle(call: number): Waiting | undefined {
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    return waiting;
  }

  /** Takes all calls out; the returned function rejects them. */
  drop(): (error: ErrorMessage) => void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    return (error) => {
      for (const one of all) one.reject(error);
    };
  }
}
