import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { methods } from "../../lab/methods.ts";
import { shared } from "../base.ts";
import { LabPart } from "./base.ts";

/** The conditions under which the figure was computed. */
@customElement("ciasa-lab-methods")
export class LabMethods extends LabPart {
  static override styles = [
    shared,
    css`
      :host { display: block; min-width: 0; }
      dl {
        display: grid;
        grid-template-columns: max-content minmax(0, 1fr);
        gap: 3px 16px;
        margin-top: 8px;
        font-size: 12.5px;
      }
      dt { color: var(--ink-3); }
      dd { overflow-wrap: anywhere; }
      @media (max-width: 480px) { dl { grid-template-columns: minmax(0, 1fr); gap: 0; } dd { margin-bottom: 6px; } }
    `,
  ];

  override render() {
    const { settings, ground, plan, results } = this.lab;
    if (!ground || results.length === 0) return nothing;
    const rows = methods(settings, ground, plan, results);
    return html`<h2>Methods</h2>
      <dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
  }
}
