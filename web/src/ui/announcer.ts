import { css, html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Playground } from "../playground/playground.ts";

/** Milliseconds without a new text before one is read out; a newer text replaces it. */
const QUIET = 700;

/** A polite live region for screen readers. */
@customElement("ciasa-announcer")
export class Announcer extends LitElement {
  static override styles = css`
    :host { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  `;

  @property({ attribute: false }) playground!: Playground;
  @state() private words = "";
  #timer = 0;
  readonly #say = (event: Event): void => {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      this.words = (event as CustomEvent<string>).detail;
    }, QUIET);
  };

  override connectedCallback(): void {
    super.connectedCallback();
    this.playground.addEventListener("announce", this.#say);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    this.playground.removeEventListener("announce", this.#say);
  }

  override render() {
    return html`<div role="status" aria-live="polite">${this.words}</div>`;
  }
}
