import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { globalEpsilon, usualEpsilon } from "../attack/config.ts";
import { fieldValue, Part, shared } from "./base.ts";
import { digits } from "./units.ts";

/** One epsilon for all joints, with its unit and as a share of the body height. */
@customElement("ciasa-epsilon-field")
export class EpsilonField extends Part {
  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 4px; }
      .row { display: grid; grid-template-columns: 1fr auto auto; gap: 10px; align-items: center; }
      input[type="number"] { width: 92px; }
      .unit { color: var(--ink-2); }
    `,
  ];

  override render() {
    const { layout, state, height } = this.playground;
    if (!layout) return nothing;
    const epsilon = globalEpsilon(state, layout);
    const most = usualEpsilon(layout) * 10;
    const unit = layout.unit === "m" ? "m" : "of picture";
    return html`
      <h2 id="epsilon">Epsilon</h2>
      <div class="row">
        <!-- Quadratic, for finer control of small values. -->
        <input type="range" aria-label="Epsilon, slider" min="0" max="1000"
          .value=${String(Math.sqrt(Math.min(epsilon / most, 1)) * 1000)}
          aria-valuetext="${digits(epsilon)} ${unit}"
          @input=${(event: Event) => this.#set((Number(fieldValue(event)) / 1000) ** 2 * most)} />
        <input type="number" aria-labelledby="epsilon" aria-describedby="share" min="0" max="10" step="any"
          .value=${String(Number(epsilon.toPrecision(3)))}
          @change=${(event: Event) => this.#set(Number(fieldValue(event)))} />
        <span class="unit">${unit}</span>
      </div>
      <p class="hint" id="share">${
        height
          ? html`${digits((epsilon / height) * 100)} % of the body height (head to ankle, ${digits(height)} ${unit})`
          : nothing
      }</p>
    `;
  }

  #set(value: number): void {
    if (Number.isFinite(value) && value >= 0 && value <= 10)
      this.playground.settings.set({ epsilon: Number(value.toPrecision(3)) });
    else this.requestUpdate();
  }
}
