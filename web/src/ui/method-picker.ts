import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import { peers } from "../core/peers.ts";
import type { State } from "../settings/table.ts";
import { fieldValue, Part, shared } from "./base.ts";

/** The choice of the iterative attack: CIASA or one to compare it with. */
@customElement("ciasa-method-picker")
export class MethodPicker extends Part {
  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 6px; }
      label { font-size: 13px; font-weight: 620; }
      select { width: 100%; }
    `,
  ];

  override render() {
    const { state, attacking } = this.playground;
    const iterative = peers.filter(({ id }) => id !== "fgsm");
    return html`
      <label for="method">Method</label>
      <select id="method" aria-describedby="about" ?disabled=${attacking} @change=${this.#choose}>
        ${iterative.map(({ id, name }) => html`<option value=${id} ?selected=${id === state.method}>${name}</option>`)}
      </select>
      <p class="hint" id="about">${iterative.find(({ id }) => id === state.method)?.about}</p>
    `;
  }

  #choose = (event: Event): void => {
    const { settings, state } = this.playground;
    const method = fieldValue(event) as State["method"];
    // CIASA is a targeted attack. A new method starts with its own step size and weight.
    const target = method === "ciasa" && state.target === "untargeted" ? "least-likely" : state.target;
    // BASAR ends at the nearest clip that it finds, wherever that is, unless clipping is switched on again.
    const boundless = method === "basar" || state.method === "basar";
    const clipping = boundless ? method !== "basar" : state.clipping;
    settings.set({ method, target, alpha: null, lambda: null, clipping });
  };
}
