import type { ErrorMessage } from "./protocol.ts";

/** Anything that was thrown, as `{ kind, message }`. The engine module throws such objects itself. */
export function errorMessage(thrown: unknown, kind = "engine"): ErrorMessage {
  if (typeof thrown === "object" && thrown !== null && "message" in thrown) {
    const known = "kind" in thrown ? String(thrown.kind) : kind;
    return { kind: known, message: String(thrown.message) };
  }
  return { kind, message: String(thrown) };
}
