import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { Part, shared } from "./base.ts";

const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);

/** The progress of a download or of a reading, with a button that cancels it. */
@customElement("ciasa-transfer")
export class TransferBar extends Part {
  static override styles = [
    shared,
    css`
      :host { position: sticky; bottom: 12px; z-index: 4; display: block; margin: 12px auto 0; max-width: 560px; }
      .bar { display: grid; grid-template-columns: 1fr auto; gap: 6px 14px; align-items: center; padding: 12px 16px; }
      p { overflow-wrap: anywhere; }
      progress { width: 100%; grid-column: 1; accent-color: var(--accent); }
      button { grid-column: 2; grid-row: 1 / span 2; }
    `,
  ];

  override render() {
    const { transfer } = this.playground;
    if (!transfer) return nothing;
    const { words, unit, done, total } = transfer;
    const share = total > 0 ? Math.min(done / total, 1) : null;
    const [count, name] = unit === "bytes" ? [megabytes, "MiB"] : [String, "clips"];
    const many = `${count(done)}${total > 0 ? ` of ${count(total)}` : ""} ${name}`;
    return html`<div class="bar card">
      <p>${words} <span class="hint number">${many}</span></p>
      <progress aria-label=${words} max="1" .value=${share ?? 0}></progress>
      <button class="small" @click=${() => transfer.cancel()}>Cancel</button>
    </div>`;
  }
}
