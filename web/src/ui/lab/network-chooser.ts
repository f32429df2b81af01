import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import type { ModelEntry } from "../../core/types.ts";
import { chosen, comparable, misfit } from "../../lab/networks.ts";
import { isChecked, shared } from "../base.ts";
import { LabPart } from "./base.ts";

/** The choice of attacked networks, and of judges for transfer; a network that does not fit says why. */
@customElement("ciasa-lab-networks")
export class NetworkChooser extends LabPart {
  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 8px; }
      fieldset {
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
        max-height: 246px;
        overflow: auto;
        scrollbar-width: thin;
      }
      .network {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0 10px;
        padding: 3px 10px;
        align-items: center;
        font-size: 12.5px;
      }
      .network + .network { border-top: 1px solid var(--line); }
      .name { overflow-wrap: anywhere; }
      .boxes { display: flex; gap: 12px; }
      label { display: inline-flex; gap: 7px; align-items: center; min-height: 26px; cursor: pointer; }
      .misfit { grid-column: 1 / -1; color: var(--ink-2); padding-bottom: 3px; }
      @media (pointer: coarse), (max-width: 720px) { label { min-height: 44px; min-width: 44px; } }
    `,
  ];

  override render() {
    const { lab } = this;
    const { ground, settings } = lab;
    if (!["transfer", "matrix"].includes(settings.sweep) || !ground) return nothing;
    const { model, others } = ground;
    const listed = [model, ...others];
    // Own weights of another skeleton are listed, too, to say why they cannot be chosen.
    const strange = this.playground.engine.opened.filter((one) => listed.every(({ id }) => id !== one.id));
    const fitting = comparable(model, others);
    const attacked = chosen(fitting, settings.attacked ?? [model.id]).map(({ id }) => id);
    const judges = chosen(fitting, settings.judges).map(({ id }) => id);
    return html`
      <h2>Networks <span class="hint number">${attacked.length} attacked${
        settings.sweep === "transfer" ? `, ${judges.length} judge` : ""
      }</span></h2>
      <fieldset ?disabled=${lab.busy} aria-label="Networks" tabindex="0">
        ${[...listed, ...strange].map((one) => this.#network(one, model, attacked, judges))}
      </fieldset>
      <p class="hint">Open your own weight files in the page to add them here.</p>
    `;
  }

  #network(one: ModelEntry, loaded: ModelEntry, attacked: string[], judges: string[]) {
    const reason = misfit(one, loaded);
    return html`<div class="network">
      <span class="name">${one.name}</span>
      ${
        reason
          ? html`<span class="misfit">Not comparable. ${reason}</span>`
          : html`<span class="boxes">
            ${this.#box("Attack", one, attacked, (ids) => this.lab.set({ attacked: ids }))}
            ${
              this.lab.settings.sweep === "transfer"
                ? this.#box("Judge", one, judges, (ids) => this.lab.set({ judges: ids }))
                : nothing
            }
          </span>`
      }
    </div>`;
  }

  #box(word: string, one: ModelEntry, ids: string[], set: (ids: string[]) => void) {
    return html`<label><input type="checkbox" aria-label=${`${word}: ${one.name}`}
      .checked=${ids.includes(one.id)} @change=${(event: Event) =>
        set(isChecked(event) ? [...ids, one.id] : ids.filter((id) => id !== one.id))} />${word}</label>`;
  }
}
