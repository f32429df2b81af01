import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { cameraObstacle } from "../attack/config.ts";
import { table } from "../settings/table.ts";
import { fieldValue, isChecked, Part, shared } from "./base.ts";

/** The angle at which the switch begins: that of the film. */
const ANGLE = 30;

const fields = [
  { key: "camera", name: "Angle °", min: -180, max: 180, hint: "from the front, towards the person's left" },
  { key: "spread", name: "Spread °", min: 0, max: 90, hint: "to both sides" },
  { key: "views", name: "Views", min: 1, max: 16, hint: "in each step" },
] as const;

/** Whether the attack is made for a camera, and for which. */
@customElement("ciasa-camera-field")
export class CameraField extends Part {
  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 8px; }
      .name { font-weight: 500; }
      .grid { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px 10px; }
      .grid label { display: grid; gap: 3px; font-size: 12.5px; font-weight: 500; align-content: start; }
      .grid input { width: 100%; min-width: 0; }
    `,
  ];

  override render() {
    const { settings, state, layout } = this.playground;
    if (!layout) return nothing;
    const obstacle = cameraObstacle(state, layout);
    const on = state.camera !== null && obstacle === null;
    const about =
      "The change goes where a camera sees it, and the loss is the mean over views with a pose estimator's noise. " +
      "A step takes several times as long.";
    return html`<label class="switch">
        <input type="checkbox" role="switch" ?disabled=${obstacle !== null} .checked=${on}
          @change=${(event: Event) => settings.set({ camera: isChecked(event) ? ANGLE : null })} />
        <span class="name">Made for a camera</span><span class="hint">${obstacle ?? about}</span>
      </label>
      ${
        on
          ? html`<div class="grid">${fields.map((field) => this.#field(field))}</div>
            <p class="hint">Curves and stop rule count what the views show; the label is the skeleton's.</p>`
          : nothing
      }`;
  }

  #field({ key, name, min, max, hint }: (typeof fields)[number]) {
    return html`<label>${name}
      <input type="number" min=${min} max=${max} step=${key === "views" ? "1" : "any"}
        .value=${live(String(this.playground.state[key]))}
        @change=${(event: Event) => this.#set(key, fieldValue(event))} />
      <span class="hint">${hint}</span>
    </label>`;
  }

  #set(key: (typeof fields)[number]["key"], value: string): void {
    // The codec checks the bounds; an invalid value is reset.
    const parsed = table[key].codec.decode(value);
    if (typeof parsed === "number") this.playground.settings.set({ [key]: parsed });
    else this.requestUpdate();
  }
}
