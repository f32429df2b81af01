import { css, html, nothing } from "lit";
import { customElement, query } from "lit/decorators.js";
import { sentence } from "../base/failure.ts";
import type { Question } from "../core/types.ts";
import type { WeightsImportJob } from "../weights/weights-import-job.ts";
import { fieldValue, Part, shared } from "./base.ts";
import { fileButton } from "./file-button.ts";
import { megabytes } from "./units.ts";

/** The dialog of a weights import: what was identified, the open questions, and the decision. */
@customElement("ciasa-weights-dialog")
export class WeightsDialog extends Part {
  static override styles = [
    shared,
    css`
      dialog {
        width: min(540px, calc(100vw - 20px));
        max-height: calc(100dvh - 20px);
        padding: 0;
        color: var(--ink);
        background: var(--surface);
        border: 1px solid var(--line-strong);
        border-radius: var(--radius);
        box-shadow: 0 18px 60px rgb(0 0 0 / 30%);
        overflow: auto;
      }
      dialog::backdrop { background: rgb(10 18 26 / 45%); }
      form { display: grid; gap: 14px; padding: 18px 20px 20px; }
      h2 { font-size: 16px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
      /* Focused so that it is read first; it takes no keys. */
      h2:focus { outline: none; }
      .found { padding: 10px 12px; border-radius: var(--radius-s); background: var(--sunken); overflow-wrap: anywhere; }
      .found .hint { color: var(--ink-2); }
      label.field { display: grid; gap: 5px; font-weight: 550; font-size: 13px; }
      select { width: 100%; font-weight: 400; }
      .list { display: flex; flex-wrap: wrap; gap: 6px 10px; align-items: center; }
      .actions {
        display: flex;
        justify-content: flex-end;
        gap: 8px;
        position: sticky;
        bottom: 0;
        padding-top: 10px;
        background: var(--surface);
      }
      .actions button { min-height: 40px; min-width: 88px; }
      .bad {
        padding: 10px 12px;
        border: 1px solid var(--bad);
        border-left-width: 5px;
        border-radius: var(--radius-s);
        background: var(--bad-soft);
        overflow-wrap: anywhere;
      }
      .remark { margin-top: 6px; color: var(--bad); font-size: 12.5px; overflow-wrap: anywhere; }
      .bad strong { color: var(--bad); }
      progress { background: var(--line); }
    `,
  ];

  @query("dialog") private dialog!: HTMLDialogElement | null;

  override render() {
    const { job } = this.playground.weights;
    if (!job?.ask) return nothing;
    return html`<dialog aria-labelledby="title" @cancel=${this.#cancelled}>
      <form method="dialog" @submit=${this.#load}>
        <h2 id="title" tabindex="-1">${job.names}</h2>
        ${job.identified ? this.#asking(job) : reading(job)}
        <div class="actions">
          <button type="button" ?disabled=${job.stage === "loading"}
            @click=${() => this.playground.weights.cancel()}>Cancel</button>
          <button class="primary" ?disabled=${job.stage !== "asking"}>${
            job.stage === "loading" ? "Loading…" : "Load"
          }</button>
        </div>
      </form>
    </dialog>`;
  }

  override willUpdate(): void {
    super.willUpdate();
    // Closed before it is removed, so that the focus returns to where it was.
    if (!this.playground.weights.job?.ask) this.dialog?.close();
  }

  override updated(): void {
    const { dialog } = this;
    if (!dialog || dialog.open) return;
    // A modal dialog keeps the focus inside and returns it afterwards.
    dialog.showModal();
    dialog.querySelector<HTMLElement>("#title")?.focus();
  }

  #asking(job: WeightsImportJob) {
    const { identified, failure, list, remark } = job;
    if (!identified) return nothing;
    const { classes } = identified.entry;
    const bytes = identified.entry.weights.reduce((sum, one) => sum + one.bytes, 0);
    return html`
      <p class="found"><strong>Recognised:</strong> ${identified.summary}. <span class="hint">${megabytes(bytes)},
        read in this page and sent nowhere.</span></p>
      ${
        failure
          ? html`<div class="bad" role="alert"><strong>Not loaded.</strong> ${sentence(failure.message)}<br /><span
        class="hint">The previous network is still loaded.</span></div>`
          : nothing
      }
      ${identified.questions.map((question) => this.#question(job, question))}
      <div class="field">
        <p class="hint">Names of the classes: ${list ? `from ${list.name}` : namesOf(classes)}</p>
        <div class="list">
          ${fileButton({
            label: "Use a list of names",
            name: "List of class names",
            accept: ".txt,.json,.csv",
            picked: (files) => void this.#listed(files),
          })}
          <span class="hint">text with one name per line, or a JSON array</span>
        </div>
        ${remark ? html`<p class="remark" role="alert">${remark}</p>` : nothing}
      </div>
    `;
  }

  #question(job: WeightsImportJob, { id, text, choices }: Question) {
    const now = job.answers.get(id);
    return html`<label class="field">${text}
      <select name=${id} ?disabled=${job.stage !== "asking"} @change=${(event: Event) => {
        job.answers.set(id, fieldValue(event));
      }}>
        ${choices.map(({ value, label }) => html`<option value=${value} .selected=${value === now}>${label}</option>`)}
      </select>
    </label>`;
  }

  async #listed([file]: File[]): Promise<void> {
    if (file) await this.playground.weights.job?.take(file);
  }

  #load = (event: Event): void => {
    event.preventDefault();
    void this.playground.weights.load();
  };

  /** Escape. */
  #cancelled = (event: Event): void => {
    event.preventDefault();
    this.playground.weights.cancel();
  };
}

/** The first class names, or the range of the default ones. */
function namesOf(classes: string[]): string {
  const [first, second = ""] = classes;
  return first === "class 1" ? `“class 1” to “class ${classes.length}”` : `${first}, ${second} …`;
}

function reading(job: WeightsImportJob) {
  const { read, total } = job;
  const done = read >= total;
  return html`<p role="status">${
    done
      ? "Identifying the file…"
      : html`Reading, <span class="number">${megabytes(read)} of ${megabytes(total)}</span>`
  }</p>
    <progress max=${total || 1} value=${read} aria-label="Reading the file"></progress>`;
}
