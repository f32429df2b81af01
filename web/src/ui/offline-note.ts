import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { Part, shared } from "./base.ts";

/** Whether the page works without a network, and a button that shows a newer version. */
@customElement("ciasa-offline")
export class OfflineNote extends Part {
  static override styles = [
    shared,
    css`
      :host { display: flex; flex-wrap: wrap; gap: 6px 12px; align-items: center; }
      :host { font-size: 12.5px; color: var(--ink-2); }
      .ready::before { content: "✓ "; color: var(--good); font-weight: 700; }
    `,
  ];

  override render() {
    const { offline } = this.playground;
    if (offline.status === "off") return nothing;
    const again = offline.newer
      ? "There is a newer version."
      : offline.isolable
        ? "A reload lets the engine use all cores."
        : null;
    return html`
      <span role="status" class=${offline.status}
        >${offline.status === "ready" ? "Available offline" : "Storing for offline use"}</span>
      ${
        again
          ? html`<span>${again} <button class="small" @click=${() => offline.reload()}>Reload</button></span>`
          : nothing
      }
    `;
  }
}
