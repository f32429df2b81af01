import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { asFailure, sentence } from "../base/failure.ts";
import { Part, shared } from "./base.ts";

/** Opens and closes the film of the clip; its code and the body are loaded when it is first opened. */
@customElement("ciasa-film")
export class FilmSection extends Part {
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

  @state() private open = false;
  @state() private loaded = false;
  @state() private trouble: string | null = null;

  override render() {
    return html`
      <div class="head">
        <div>
          <h2>Film</h2>
          <p>The clip as a person in a room, clean and perturbed side by side: what a camera would see. Save it as a
            video or as pictures.</p>
        </div>
        <button aria-expanded=${this.open} @click=${this.#toggle}>
          ${this.open ? "Close the film" : "Open the film"}</button>
      </div>
      ${this.open ? this.#body() : nothing}
    `;
  }

  #body() {
    if (this.trouble) {
      return html`<p class="wait" role="alert"><span class="bad">The film did not load.</span> ${this.trouble}
        <button class="small" @click=${() => void this.#load()}>Try again</button></p>`;
    }
    if (!this.loaded) return html`<p class="wait">The film is loading…</p>`;
    return html`<ciasa-film-panel .playground=${this.playground}></ciasa-film-panel>`;
  }

  async #load(): Promise<void> {
    this.trouble = null;
    try {
      await import("./film/panel.ts");
      this.loaded = true;
    } catch (thrown) {
      this.trouble = sentence(asFailure(thrown).message);
    }
  }

  #toggle = (): void => {
    this.open = !this.open;
    if (this.open && !this.loaded) void this.#load();
  };
}
