import { css, html, nothing, type PropertyValues } from "lit";
import { customElement } from "lit/decorators.js";
import { attackers } from "../../core/peers.ts";
import { chosenAttacks } from "../../lab/sweeps.ts";
import { isChecked, shared } from "../base.ts";
import { LabPart } from "./base.ts";

/** The choice of the matrix's attacks. */
@customElement("ciasa-lab-attacks")
export class AttackChooser extends LabPart {
  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 8px; }
      :host([hidden]) { display: none; }
      fieldset {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(150px, 1fr));
        gap: 0 10px;
        padding: 3px 10px;
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
        font-size: 12.5px;
      }
      label { display: inline-flex; gap: 7px; align-items: center; min-height: 26px; cursor: pointer; }
      @media (pointer: coarse), (max-width: 720px) { label { min-height: 44px; min-width: 44px; } }
    `,
  ];

  override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    this.hidden = this.lab.settings.sweep !== "matrix";
  }

  override render() {
    const { lab } = this;
    if (lab.settings.sweep !== "matrix") return nothing;
    const ids = chosenAttacks(lab.settings).map(({ id }) => id);
    return html`
      <h2>Attacks <span class="hint number">${ids.length} of ${attackers.length}</span></h2>
      <fieldset ?disabled=${lab.busy} aria-label="Attacks">
        ${attackers.map(
          ({ id, name }) =>
            html`<label><input type="checkbox" .checked=${ids.includes(id)} @change=${(event: Event) =>
              lab.set({
                attacks: isChecked(event) ? [...ids, id] : ids.filter((one) => one !== id),
              })} />${name}</label>`,
        )}
      </fieldset>
    `;
  }
}
