import type { ErrorMessage } from "../core/types.ts";

/**
 * Has the engine's module trapped? Its state is then half changed, and no further call may be made. A panic has
 * reported itself before; without one, the module traps where it gets no more memory.
 */
export const trapped = (thrown: unknown): thrown is WebAssembly.RuntimeError =>
  thrown instanceof WebAssembly.RuntimeError;

/** Any thrown value as a message to the page. The engine module throws `{ kind, message }`, which passes unchanged. */
export function errorMessage(thrown: unknown, kind = "engine"): ErrorMessage {
  if (trapped(thrown)) {
    const way = "Close other pages, or use a shorter clip or a smaller network.";
    return { kind: "engine", message: `The engine gets no more memory (${thrown.message}). ${way}` };
  }
  if (typeof thrown === "object" && thrown !== null && "message" in thrown) {
    const known = "kind" in thrown ? String(thrown.kind) : kind;
    return { kind: known, message: String(thrown.message) };
  }
  return { kind, message: String(thrown) };
}
