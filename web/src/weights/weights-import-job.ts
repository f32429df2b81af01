import { asFailure, Failure } from "../base/failure.ts";
import { MAX_NAMES_BYTES, MAX_WEIGHT_BYTES } from "../core/limits.ts";
import type { Answers, Identified } from "../core/types.ts";
import { cancelled } from "../engine/download.ts";
import type { WeightBytes } from "../engine/messages.ts";

/** The visitor's weight files during an import: read, identified, questions answered, loaded. */
export class WeightsImportJob {
  stage: "reading" | "asking" | "loading" = "reading";
  /** Bytes read so far, and bytes of all files. */
  read = 0;
  readonly total: number;
  files: WeightBytes[] = [];
  identified: Identified | null = null;
  /** Values by question id, as in the question's choices. */
  readonly answers = new Map<string, string>();
  /** The visitor's list of class names. */
  list: { name: string; text: string } | null = null;
  /** Why a list was not used. */
  remark: string | null = null;
  /** Why loading with the last answers failed. */
  failure: Failure | null = null;
  readonly #stop = new AbortController();

  /** `ask`: the visitor answers the questions and confirms in a dialog. */
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

  /** Reads the files, with progress in `read`. */
  async readAll(): Promise<WeightBytes[]> {
    for (const { name, size } of this.chosen) {
      if (size > MAX_WEIGHT_BYTES)
        throw new Failure("weights", `${name}: ${size} bytes; a weight file has at most ${MAX_WEIGHT_BYTES}`);
    }
    for (const file of this.chosen) this.files.push({ name: file.name, bytes: await this.#bytes(file) });
    return this.files;
  }

  /** The answers as the engine takes them. */
  get typed(): Answers {
    const answers: Answers = {};
    for (const [id, value] of this.answers)
      Object.assign(answers, { [id]: id === "people" || id === "frames" ? Number(value) : value });
    if (this.list) answers.classNames = this.list.text;
    return answers;
  }

  /** Sets the answers that a script gave; the dialog shows them as chosen. */
  answer(answers: Answers): void {
    for (const [id, value] of Object.entries(answers)) {
      if (id === "classNames") this.list = { name: "given names", text: String(value) };
      else if (value !== undefined) this.answers.set(id, String(value));
    }
  }

  /** Reads the class names from a list. If that fails, the previous list stays and `remark` gives the reason. */
  async take(file: File): Promise<void> {
    this.remark = null;
    try {
      if (file.size > MAX_NAMES_BYTES)
        throw new Failure("weights", `${file.size} bytes; a list of names has at most ${MAX_NAMES_BYTES}`);
      this.list = { name: file.name, text: await file.text() };
    } catch (thrown) {
      this.remark = `${file.name} is not used: ${asFailure(thrown).message}.`;
    }
    this.changed();
  }

  /** Reads the first of the lists that came with the weights; `remark` names the others. */
  async takeFirst([first, ...others]: File[]): Promise<void> {
    if (!first) return;
    await this.take(first);
    if (others.length === 0) return;
    const left = `Only one list is used; left out: ${others.map((one) => one.name).join(", ")}.`;
    this.remark = this.remark ? `${this.remark} ${left}` : left;
  }

  async #bytes(file: File): Promise<ArrayBuffer> {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    const reader = file.stream().getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (this.cancelled) throw cancelled;
      if (done) return new Blob(chunks).arrayBuffer();
      chunks.push(value);
      this.read += value.length;
      this.changed();
    }
  }
}
