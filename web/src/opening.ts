import { calledOff } from "./engine/download.ts";
import type { Answers, Identified, WeightBytes } from "./engine/protocol.ts";
import { asFailure, Failure } from "./failure.ts";

/** As in the Rust core (`model::opened::MAX_BYTES`). */
const MAX_BYTES = 64 * 1024 * 1024;
/** Of a list of class names. */
const MAX_LIST_BYTES = 1_000_000;

/** A visitor's weight files on their way into the engine: read, inspected, asked about, loaded. */
export class Opening {
  stage: "reading" | "asking" | "loading" = "reading";
  /** Bytes read so far, and of all files. */
  read = 0;
  readonly total: number;
  files: WeightBytes[] = [];
  identified: Identified | null = null;
  /** By question, as the choices write them. */
  readonly answers = new Map<string, string>();
  /** A list of the classes' names, where the visitor gave one. */
  list: { name: string; text: string } | null = null;
  /** What was not taken of the lists that were given. */
  remark: string | null = null;
  /** Why it was not loaded with the last answers. */
  failure: Failure | null = null;
  readonly #stop = new AbortController();

  /** `ask`: does the visitor answer and decide? */
  constructor(
    readonly chosen: File[],
    readonly ask: boolean,
    readonly changed: () => void,
  ) {
    this.total = chosen.reduce((sum, file) => sum + file.size, 0);
  }

  get names(): string {
    return this.chosen.map((file) => file.name).join(" and ");
  }

  get cancelled(): boolean {
    return this.#stop.signal.aborted;
  }

  cancel(): void {
    this.#stop.abort();
  }

  /** Reads the files and tells how far it is. */
  async readAll(): Promise<WeightBytes[]> {
    for (const file of this.chosen) {
      if (file.size > MAX_BYTES)
        throw new Failure("weights", `${file.name}: ${file.size} bytes; at most ${MAX_BYTES} are read`);
    }
    for (const file of this.chosen) this.files.push({ name: file.name, bytes: await this.#bytes(file) });
    return this.files;
  }

  /** The engine's form of the answers. */
  get typed(): Answers {
    const answers: Answers = {};
    for (const [id, value] of this.answers)
      Object.assign(answers, { [id]: id === "people" || id === "frames" ? Number(value) : value });
    if (this.list) answers.classNames = this.list.text;
    return answers;
  }

  /** What answers of a script say, for the dialog or in its place. */
  answer(answers: Answers): void {
    for (const [id, value] of Object.entries(answers)) {
      if (id === "classNames") this.list = { name: "given names", text: String(value) };
      else if (value !== undefined) this.answers.set(id, String(value));
    }
  }

  /** Takes the names of the classes from a list. Where it cannot, the list before stays and `remark` says why. */
  async take(file: File): Promise<void> {
    this.remark = null;
    try {
      if (file.size > MAX_LIST_BYTES)
        throw new Failure("weights", `${file.size} bytes; a list of names has at most ${MAX_LIST_BYTES}`);
      this.list = { name: file.name, text: await file.text() };
    } catch (thrown) {
      this.remark = `${file.name} is not used: ${asFailure(thrown).message}.`;
    }
    this.changed();
  }

  /** Takes the first of the lists that came with the weights, and says which are left. */
  async takeFirst([first, ...others]: File[]): Promise<void> {
    if (!first) return;
    await this.take(first);
    if (others.length === 0) return;
    const left = `One list is taken; left out: ${others.map((one) => one.name).join(", ")}.`;
    this.remark = this.remark ? `${this.remark} ${left}` : left;
  }

  async #bytes(file: File): Promise<ArrayBuffer> {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    const reader = file.stream().getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (this.cancelled) throw calledOff;
      if (done) return new Blob(chunks).arrayBuffer();
      chunks.push(value);
      this.read += value.length;
      this.changed();
    }
  }
}

/**
 * What a visitor's file can be, as far as its name and its first bytes tell. Clips are text; those in JSON are objects.
 * Rejects where it cannot be read.
 */
export async function kindOf(file: File): Promise<"weights" | "list" | "clip"> {
  const head = new Uint8Array(await file.slice(0, 64).arrayBuffer());
  if (isWeights(file.name, head)) return "weights";
  return isList(file.name, head) ? "list" : "clip";
}

function isWeights(name: string, head: Uint8Array): boolean {
  if (/\.(pt|pth|ckpt|safetensors)$/i.test(name)) return true;
  const zip = head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;
  const pickle = head[0] === 0x80 && (head[1] ?? 0) >= 2 && (head[1] ?? 9) <= 5;
  // The length of a header of JSON, and its first letter.
  const safetensors = head[8] === 0x7b && head.slice(4, 8).every((byte) => byte === 0);
  return zip || pickle || safetensors;
}

/** Can it be a list of class names that came with weights? */
function isList(name: string, head: Uint8Array): boolean {
  if (/\.txt$/i.test(name)) return true;
  return /\.json$/i.test(name) && new TextDecoder().decode(head).trimStart().startsWith("[");
}
