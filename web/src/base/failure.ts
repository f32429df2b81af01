/** An error with a stable word for its kind: format, weights, config, device, network, engine, io, cancelled, ... */
export class Failure extends Error {
  constructor(
    readonly kind: string,
    message: string,
  ) {
    super(message);
  }
}

/** Any thrown value as a `Failure`. The WebAssembly modules throw `{ kind, message }`, the browser throws errors. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  if (typeof thrown === "object" && thrown !== null && "message" in thrown) {
    const kind = "kind" in thrown ? String(thrown.kind) : "unexpected";
    return new Failure(kind, String(thrown.message));
  }
  return new Failure("unexpected", String(thrown));
}

/**
 * A message as a sentence: its first word gets a capital letter, unless it is a name or the place of a fault, such as
 * `frames: ...` or `clip.json: ...`.
 */
export const sentence = (message: string): string =>
  /^[a-z]+ /.test(message) ? message.charAt(0).toUpperCase() + message.slice(1) : message;
