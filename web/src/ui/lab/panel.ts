import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { shared } from "../base.ts";
import { LabPart } from "./base.ts";
import "./attack-chooser.ts";
import "./cameras.ts";
import "./clip-chooser.ts";
import "./figure.ts";
import "./progress.ts";
import "./methods.ts";
import "./network-chooser.ts";
import "./rows-table.ts";
import "./summary-table.ts";
import "./sweep-form.ts";

/** The open Lab: settings on the left, results on the right; on a phone one below the other. */
@customElement("ciasa-lab-panel")
export class LabPanel extends LabPart {
  static override styles = [
    shared,
    css`
      :host { display: grid; grid-template-columns: 348px minmax(0, 1fr); border-top: 1px solid var(--line); }
      .ask {
        display: grid;
        gap: 18px;
        align-content: start;
        padding: 18px 20px 20px;
        border-right: 1px solid var(--line);
        min-width: 0;
      }
      .answer { display: grid; gap: 20px; align-content: start; padding: 18px 20px 20px; min-width: 0; }
      @media (max-width: 900px) {
        :host { grid-template-columns: minmax(0, 1fr); }
        .ask { border-right: 0; border-bottom: 1px solid var(--line); }
      }
      @media (max-width: 720px) { .ask, .answer { padding-inline: 14px; } }
    `,
  ];

  override render() {
    const { playground, lab } = this;
    return html`
      <div class="ask">
        <ciasa-lab-sweep .playground=${playground} .lab=${lab}></ciasa-lab-sweep>
        <ciasa-lab-attacks .playground=${playground} .lab=${lab}></ciasa-lab-attacks>
        <ciasa-lab-networks .playground=${playground} .lab=${lab}></ciasa-lab-networks>
        <ciasa-lab-clips .playground=${playground} .lab=${lab}></ciasa-lab-clips>
        <ciasa-lab-progress .playground=${playground} .lab=${lab}></ciasa-lab-progress>
      </div>
      <div class="answer">
        <ciasa-lab-figure .playground=${playground} .lab=${lab}></ciasa-lab-figure>
        <ciasa-lab-summary .playground=${playground} .lab=${lab}></ciasa-lab-summary>
        <ciasa-lab-methods .playground=${playground} .lab=${lab}></ciasa-lab-methods>
        <ciasa-lab-rows .playground=${playground} .lab=${lab}></ciasa-lab-rows>
        ${
          lab.cameras
            ? html`<ciasa-lab-cameras .playground=${playground} .lab=${lab} .cameras=${lab.cameras}>
              </ciasa-lab-cameras>`
            : nothing
        }
      </div>
    `;
  }
}
