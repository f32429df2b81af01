import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { regionJoints } from "../attack/config.ts";
import { Part, shared } from "./base.ts";
import { hand } from "./icons.ts";

/** The joints that a localized attack may move: a preset region, or joints picked on the figure or in the list. */
@customElement("ciasa-region-picker")
export class RegionPicker extends Part {
  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 10px; }
      .presets { display: flex; flex-wrap: wrap; gap: 6px; }
      button[aria-pressed="true"] {
        border-color: var(--perturbed);
        box-shadow: inset 0 0 0 1px var(--perturbed);
        font-weight: 600;
      }
      .joints { display: grid; grid-template-columns: 1fr 1fr; gap: 0 10px; margin-top: 4px; }
      .joints label {
        display: flex;
        gap: 8px;
        align-items: center;
        min-height: 26px;
        font-size: 12.5px;
        cursor: pointer;
      }
      .joints input { accent-color: var(--perturbed); }
      @media (pointer: coarse), (max-width: 720px) { .joints label { min-height: 44px; } }
    `,
  ];

  @property({ type: Boolean }) picking = false;

  override render() {
    const { layout, state } = this.playground;
    if (!layout) return nothing;
    const chosen = new Set(regionJoints(state, layout) ?? []);
    return html`
      <h2>Region <span class="hint number">${chosen.size} of ${layout.joints.length} joints</span></h2>
      <div class="presets">
        ${layout.regions.map(
          (region) => html`<button class="small" aria-pressed=${state.region === region.id}
          @click=${() => this.playground.settings.set({ region: region.id })}>${region.name}</button>`,
        )}
        <button class="small" aria-pressed=${this.picking} @click=${this.#pick}>${hand}
          ${this.picking ? "Done picking" : "Pick on the figure"}</button>
      </div>
      ${this.picking ? html`<p class="hint">Click joints on the figure to add or remove them.</p>` : nothing}
      <details>
        <summary>Joints by name</summary>
        <div class="joints">
          ${layout.joints.map(
            (name, joint) => html`<label><input type="checkbox" .checked=${chosen.has(joint)}
            @change=${() => this.#toggle(joint)} />${name}</label>`,
          )}
        </div>
      </details>
    `;
  }

  #toggle(joint: number): void {
    this.dispatchEvent(new CustomEvent("toggle-joint", { detail: joint, bubbles: true, composed: true }));
  }

  #pick = (): void => {
    this.dispatchEvent(new CustomEvent("toggle-picking", { bubbles: true, composed: true }));
  };
}
