import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Mode, State } from "../settings/table.ts";
import { isChecked, Part, shared } from "./base.ts";
import "./camera-field.ts";
import "./epsilon-field.ts";
import "./epsilon-table.ts";
import "./formula.ts";
import "./method-picker.ts";
import "./optimiser.ts";
import "./region-picker.ts";
import "./run-bar.ts";
import "./target-picker.ts";

const modes: { id: Mode; name: string; about: string }[] = [
  {
    id: "one-step",
    name: "One step",
    about: "FGSM: a single step of size epsilon along the sign of the gradient, without constraints.",
  },
  { id: "basic", name: "Basic", about: "All joints, with one epsilon for all." },
  {
    id: "localized",
    name: "Localized",
    about: "Only a region moves; every other joint stays in place.",
  },
  {
    id: "advanced",
    name: "Advanced",
    about: "A region, with an epsilon for each joint: small at the hip, larger at the foot.",
  },
];

const constraints = [
  {
    key: "clipping",
    name: "Clip to epsilon",
    about: "No joint moves further than its epsilon along any axis.",
  },
  {
    key: "realign",
    name: "Keep bone lengths",
    about: "Spatial skeleton realignment (SSR) restores every bone's length in every frame.",
  },
  { key: "smooth", name: "Smooth in time", about: "Penalises sudden changes of speed." },
  {
    key: "plausible",
    name: "Plausible poses",
    about: "A discriminator learns real poses; the attack is penalised for poses that it recognises as fake.",
  },
] as const satisfies { key: keyof State; name: string; about: string }[];

/** The settings of an attack and the buttons that run it. */
@customElement("ciasa-attack-panel")
export class AttackPanel extends Part {
  static override styles = [
    shared,
    css`
      :host { display: flex; flex-direction: column; min-height: 0; }
      .fields {
        flex: 1;
        overflow: auto;
        padding: 14px 16px 18px;
        display: grid;
        gap: 18px;
        align-content: start;
        scrollbar-width: thin;
      }
      .field { display: grid; gap: 8px; }
      .constraints { display: grid; gap: 12px; }
      .constraints .name { font-weight: 500; }
      legend { margin-bottom: 10px; }
      .segments label { padding: 0 4px; font-size: 12.5px; }
      ciasa-run-bar { flex: none; border-top: 1px solid var(--line); }
    `,
  ];

  /** Are joints being picked on the figure? */
  @property({ type: Boolean }) picking = false;

  override render() {
    const { state, attacking } = this.playground;
    const mode = modes.find((one) => one.id === state.mode);
    const regional = state.mode === "localized" || state.mode === "advanced";
    return html`
      <div class="fields">
        <fieldset class="field" ?disabled=${attacking}>
          <legend>Attack</legend>
          <div class="segments">
            ${modes.map(
              (
                one,
              ) => html`<label><input type="radio" name="mode" value=${one.id} .checked=${one.id === state.mode}
              @change=${() => this.#choose(one.id)} />${one.name}</label>`,
            )}
          </div>
          <p class="hint">${mode?.about}</p>
        </fieldset>
        ${
          state.mode === "one-step"
            ? nothing
            : html`<ciasa-method-picker .playground=${this.playground}></ciasa-method-picker>`
        }
        <ciasa-target-picker class="field" .playground=${this.playground}></ciasa-target-picker>
        ${
          regional
            ? html`<ciasa-region-picker .playground=${this.playground}
          .picking=${this.picking}></ciasa-region-picker>`
            : nothing
        }
        ${
          state.mode === "advanced"
            ? html`<ciasa-epsilon-table .playground=${this.playground}></ciasa-epsilon-table>`
            : html`<ciasa-epsilon-field .playground=${this.playground}></ciasa-epsilon-field>`
        }
        ${state.mode === "one-step" ? nothing : this.#constraints()}
        <ciasa-camera-field .playground=${this.playground}></ciasa-camera-field>
        ${
          state.mode === "one-step"
            ? nothing
            : html`<ciasa-optimiser .playground=${this.playground}></ciasa-optimiser>`
        }
      </div>
      <ciasa-run-bar .playground=${this.playground}></ciasa-run-bar>
    `;
  }

  #constraints() {
    const { settings, state, natural } = this.playground;
    // Smoothness and plausibility are losses of CIASA only, and the bone-length attack has its own bound of lengths.
    const apt = (key: keyof State) =>
      state.method === "ciasa" || key === "clipping" || (key === "realign" && state.method !== "bone-length");
    const shown = constraints
      .filter(({ key }) => apt(key))
      .map((one) =>
        one.key === "clipping" && state.method === "basar"
          ? { ...one, about: "Brings the clip that the walk finds within epsilon, even if it stops fooling." }
          : one,
      );
    const off = (key: keyof State) => key === "plausible" && !natural;
    const nothingToLearn =
      "Off: the gallery has no clips of this skeleton for the discriminator to learn from.";
    return html`<fieldset>
      <legend>Constraints</legend>
      <div class="constraints">
        ${shown.map(
          ({ key, name, about }) => html`<div><label class="switch">
          <input type="checkbox" role="switch" .checked=${state[key] && !off(key)} ?disabled=${off(key)}
            @change=${(event: Event) => settings.set({ [key]: isChecked(event) })} />
          <span class="name">${name}</span><span class="hint">${off(key) ? nothingToLearn : about}</span>
        </label>
        <ciasa-formula .playground=${this.playground} constraint=${key} name=${name}></ciasa-formula></div>`,
        )}
      </div>
    </fieldset>`;
  }

  #choose(mode: Mode): void {
    const { settings, state } = this.playground;
    // As in the paper: one step is untargeted, the iterative attack aims at the least likely class.
    const usual = mode === "one-step" ? "untargeted" : "least-likely";
    const target = state.target === "untargeted" || state.target === "least-likely" ? usual : state.target;
    settings.set({ mode, target });
  }
}
