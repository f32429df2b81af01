import type { ErrorMessage } from "../core/types.ts";

/** Any thrown value as a message to the page. The engine module throws `{ kind, message }`, which passes unchanged. */
export function errorMessage(thrown: unknown, kind = "engine"): ErrorMessage {
  if (typeof thrown === "object" && thrown !== null && "message" in thrown) {
    const known = "kind" in thrown ? String(thrown.kind) : kind;
    return { kind: known, message: String(thrown.message) };
  }
  return { kind, message: String(thrown) };
}
