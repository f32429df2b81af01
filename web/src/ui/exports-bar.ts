import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Part, shared } from "./base.ts";
import "./copy-as.ts";
import "./save-menu.ts";

/** What a visitor takes along: files, and texts to copy. */
@customElement("ciasa-exports")
export class ExportsBar extends Part {
  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 10px; padding: 12px 16px; }
    `,
  ];

  /** Does the page's address hold the settings? */
  @property({ type: Boolean }) linked = false;

  override render() {
    if (!this.playground.clip) return nothing;
    return html`
      <ciasa-save .playground=${this.playground}></ciasa-save>
      <ciasa-copy-as .playground=${this.playground} .linked=${this.linked}></ciasa-copy-as>
    `;
  }
}
