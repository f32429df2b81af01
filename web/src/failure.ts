/** Something that went wrong, with a stable word for its kind: format, weights, config, device, io, ... */
export class Failure extends Error {
  constructor(
    readonly kind: string,
    message: string,
  ) {
    super(message);
  }
}

/** Whatever was thrown, as a `Failure`: the modules throw `{ kind, message }`, the browser throws errors. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  if (typeof thrown === "object" && thrown !== null && "message" in thrown) {
    const kind = "kind" in thrown ? String(thrown.kind) : "unexpected";
    return new Failure(kind, String(thrown.message));
  }
  return new Failure("unexpected", String(thrown));
}

/** What a visitor is told: what happened, what is kept, and the ways on. */
export interface Notice {
  tone: "bad" | "info";
  title: string;
  detail: string;
  kept?: string;
  actions: { label: string; run: () => void }[];
}
