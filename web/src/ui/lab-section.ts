import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { asFailure, sentence } from "../base/failure.ts";
import type { Lab } from "../lab/lab.ts";
import { Part, shared } from "./base.ts";

/** Opens and closes the Lab; its code is loaded when it is first opened. */
@customElement("ciasa-lab")
export class LabSection extends Part {
  static override styles = [
    shared,
    css`
      :host { display: block; min-width: 0; }
      .head {
        display: flex;
        flex-wrap: wrap;
        gap: 8px 20px;
        align-items: center;
        justify-content: space-between;
        padding: 16px 20px;
      }
      h2 { font-size: 17px; letter-spacing: -0.01em; }
      .head p { color: var(--ink-2); max-width: 78ch; }
      .wait { padding: 0 20px 18px; color: var(--ink-2); }
      .bad { color: var(--bad); }
    `,
  ];

  @state() private lab: Lab | null = null;
  @state() private trouble: string | null = null;
  #loading = false;

  override willUpdate(): void {
    super.willUpdate();
    if (this.playground.state.lab && !this.lab && !this.trouble) void this.#load();
  }

  override render() {
    const { lab: open } = this.playground.state;
    return html`
      <div class="head">
        <div>
          <h2>Lab</h2>
          <p>The paper's sweeps over many clips: fooling rates with intervals, to compare and to download.</p>
        </div>
        <button aria-expanded=${open} @click=${this.#toggle}>${open ? "Close the Lab" : "Open the Lab"}</button>
      </div>
      ${open ? this.#body() : nothing}
    `;
  }

  #body() {
    if (this.trouble) {
      return html`<p class="wait" role="alert"><span class="bad">The Lab did not load.</span> ${this.trouble}
        <button class="small" @click=${this.#again}>Try again</button></p>`;
    }
    if (!this.lab) return html`<p class="wait">The Lab is loading…</p>`;
    return html`<ciasa-lab-panel .playground=${this.playground} .lab=${this.lab}></ciasa-lab-panel>`;
  }

  async #load(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    try {
      const [lab] = await Promise.all([this.playground.lab(), import("./lab/panel.ts")]);
      this.lab = lab;
    } catch (thrown) {
      this.trouble = sentence(asFailure(thrown).message);
    } finally {
      this.#loading = false;
    }
  }

  #again = (): void => {
    this.trouble = null;
  };

  #toggle = (): void => {
    const { settings, state } = this.playground;
    settings.set({ lab: !state.lab });
    if (state.lab && this.lab?.status === "running")
      this.playground.announce("The sweep continues while the Lab is closed");
  };
}
