import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { Part, shared } from "./base.ts";
import { cross } from "./icons.ts";

/** A message: what happened, what is kept, and buttons for the next step. */
@customElement("ciasa-notice")
export class NoticeBar extends Part {
  static override styles = [
    shared,
    css`
      .bar {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 4px 12px;
        padding: 12px 14px 12px 18px;
        border: 1px solid var(--bad);
        border-left-width: 5px;
        border-radius: var(--radius-s);
        background: var(--bad-soft);
        box-shadow: 0 10px 36px rgb(0 0 0 / 22%);
      }
      strong { color: var(--bad); }
      .info { border-color: var(--line-strong); background: var(--surface); }
      .info strong { color: inherit; }
      p { overflow-wrap: anywhere; }
      .actions { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 6px; }
      .close { grid-row: 1; grid-column: 2; width: 34px; padding: 0; }
    `,
  ];

  override render() {
    const { notice } = this.playground;
    if (!notice) return nothing;
    return html`<div class=${`bar ${notice.tone}`}>
      <div>
        <strong>${notice.title}</strong>
        <p>${notice.detail}</p>
        ${
          notice.kept
            ? html`<p class="hint">Kept:
          ${notice.kept.charAt(0).toLowerCase()}${notice.kept.slice(1)}.</p>`
            : nothing
        }
        ${
          notice.actions.length > 0
            ? html`<div class="actions">${notice.actions.map(
                ({ label, run }) => html`<button class="small"
              @click=${run}>${label}</button>`,
              )}</div>`
            : nothing
        }
      </div>
      <button class="plain close" aria-label="Dismiss" @click=${() => this.playground.dismiss()}>${cross}</button>
    </div>`;
  }
}
