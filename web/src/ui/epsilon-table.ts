import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { jointEpsilons, regionJoints } from "../attack/config.ts";
import { fieldValue, Part, shared } from "./base.ts";
import { digits } from "./units.ts";

/** The epsilon of every joint in the region; initially the layout's hierarchical defaults. */
@customElement("ciasa-epsilon-table")
export class EpsilonTable extends Part {
  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 8px; }
      .head { display: flex; justify-content: space-between; align-items: center; }
      .box {
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
        max-height: 236px;
        overflow: auto;
        scrollbar-width: thin;
      }
      table { border-collapse: collapse; width: 100%; font-size: 12.5px; }
      th { text-align: left; font-weight: 450; padding: 3px 10px; }
      thead th {
        position: sticky;
        top: 0;
        z-index: 1;
        background: var(--sunken);
        color: var(--ink-2);
        font-size: 12px;
        font-weight: 550;
        padding-block: 6px;
      }
      td { padding: 3px 10px 3px 0; color: var(--ink-2); }
      td:last-child, th:last-child { text-align: right; }
      input[type="number"] { width: 82px; min-height: 28px; }
      .scale { display: flex; gap: 6px; white-space: nowrap; }
      @media (pointer: coarse), (max-width: 720px) { input[type="number"] { min-height: 44px; } }
    `,
  ];

  override render() {
    const { layout, state, height } = this.playground;
    if (!layout) return nothing;
    const epsilons = jointEpsilons(state, layout);
    const joints = regionJoints(state, layout) ?? [];
    const unit = layout.unit === "m" ? "m" : "of picture";
    return html`
      <div class="head">
        <h2>Epsilons</h2>
        <div class="scale">
          <button class="small" title="Halve every epsilon"
            @click=${() => this.#set(epsilons.map((one) => one / 2))}>½ ×</button>
          <button class="small" title="Double every epsilon"
            @click=${() => this.#set(epsilons.map((one) => one * 2))}>2 ×</button>
          <button class="small" ?disabled=${state.epsilons === null}
            @click=${() => this.playground.settings.set({ epsilons: null })}>Defaults</button>
        </div>
      </div>
      <div class="box" tabindex="0" role="group" aria-label="Epsilon of each joint, scrollable">
        <table>
          <thead><tr><th scope="col">Joint</th><th scope="col">Epsilon (${unit})</th><th scope="col">Of
            height</th></tr></thead>
          <tbody>
            ${joints.map((joint) => {
              const epsilon = epsilons[joint] ?? 0;
              return html`<tr>
                <th scope="row">${layout.joints[joint]}</th>
                <td><input type="number" min="0" max="10" step="any"
                  aria-label="Epsilon of ${layout.joints[joint] ?? ""}"
                  .value=${String(Number(epsilon.toPrecision(3)))}
                    @change=${(event: Event) => this.#one(epsilons, joint, Number(fieldValue(event)))} /></td>
                <td class="number">${height ? `${digits((epsilon / height) * 100)} %` : "–"}</td>
              </tr>`;
            })}
          </tbody>
        </table>
      </div>
      ${joints.length === 0 ? html`<p class="hint">The region is empty. Pick joints above.</p>` : nothing}
    `;
  }

  #one(epsilons: readonly number[], joint: number, value: number): void {
    if (Number.isFinite(value) && value >= 0 && value <= 10)
      this.#set(epsilons.map((one, j) => (j === joint ? value : one)));
    else this.requestUpdate();
  }

  #set(epsilons: number[]): void {
    this.playground.settings.set({
      epsilons: epsilons.map((one) => Number(Math.min(one, 10).toPrecision(3))),
    });
  }
}
