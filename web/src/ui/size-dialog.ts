import { css, html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import type { SizeQuestion } from "../files/size-question.ts";
import { Part, shared } from "./base.ts";
import { dialogStyle } from "./dialog-style.ts";

/** The question for the size of the picture that a clip's pixels lie in. */
@customElement("ciasa-size-dialog")
export class SizeDialog extends Part {
  static override styles = [
    shared,
    dialogStyle,
    css`
      dialog { width: min(460px, calc(100vw - 20px)); overflow: auto; }
      form { display: grid; gap: 14px; padding: 18px 20px 20px; }
      .sizes { display: flex; flex-wrap: wrap; gap: 8px; }
      .fields { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; }
      label { display: grid; gap: 5px; font-weight: 550; font-size: 13px; }
      .bad { color: var(--bad); overflow-wrap: anywhere; }
      .actions { display: flex; justify-content: flex-end; gap: 8px; }
      .actions button { min-height: 40px; min-width: 88px; }
    `,
  ];

  @query("dialog") private dialog!: HTMLDialogElement | null;
  @query("[name=width]") private width!: HTMLInputElement;
  @query("[name=height]") private height!: HTMLInputElement;
  /** Why the last answer did not fit. */
  @state() private remark = "";

  override willUpdate(): void {
    super.willUpdate();
    // Closed before it is removed, so that the focus returns to where it was.
    if (!this.playground.question) this.dialog?.close();
  }

  override render() {
    const { question } = this.playground;
    if (!question) return nothing;
    return html`<dialog aria-labelledby="title" @cancel=${this.#cancelled}>
      <form method="dialog" @submit=${this.#open}>
        <h2 id="title">How large is the picture?</h2>
        <p>The joints of ${question.name} are in pixels, up to
          <span class="number">${Math.ceil(question.far.width)}, ${Math.ceil(question.far.height)}</span>. The size
          of the video is not in the file, and a network reads shares of it.</p>
        ${question.sizes.length > 0 ? this.#usual(question) : nothing}
        <div class="fields">
          <label>Width in pixels <input name="width" type="number" min="1" max="65536" step="1" required /></label>
          <label>Height in pixels <input name="height" type="number" min="1" max="65536" step="1" required /></label>
        </div>
        ${this.remark ? html`<p class="bad" role="alert">${this.remark}</p>` : nothing}
        <div class="actions">
          <button type="button" @click=${this.#cancel}>Cancel</button>
          <button class="primary">Open</button>
        </div>
      </form>
    </dialog>`;
  }

  override updated(): void {
    const { dialog } = this;
    if (!dialog || dialog.open) return;
    this.remark = "";
    dialog.showModal();
    this.width.focus();
  }

  #usual({ sizes }: SizeQuestion) {
    return html`<div class="sizes" role="group" aria-label="Usual sizes">${sizes.map(
      (size) =>
        html`<button type="button" class="small" @click=${() => this.#fill(size)}>${size.replace("x", " × ")}</button>`,
    )}</div>`;
  }

  #fill(size: string): void {
    const [width = "", height = ""] = size.split("x");
    this.width.value = width;
    this.height.value = height;
  }

  #open = async (event: Event): Promise<void> => {
    event.preventDefault();
    this.remark = (await this.playground.answer(`${this.width.value}x${this.height.value}`)) ?? "";
  };

  #cancel = (): void => this.playground.ask(null);

  /** Escape. */
  #cancelled = (event: Event): void => {
    event.preventDefault();
    this.#cancel();
  };
}
