import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import type { State } from "../settings/table.ts";
import { fieldValue, isChecked, Part, shared } from "./base.ts";
import { camera } from "./icons.ts";

const views: { id: State["view"]; name: string }[] = [
  { id: "overlay", name: "Overlay" },
  { id: "side", name: "Side by side" },
  { id: "film", name: "Film strip" },
];

/** View options: arrangement, magnified difference, trails, camera. */
@customElement("ciasa-stage-bar")
export class StageBar extends Part {
  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: 6px 18px;
        align-items: center;
        padding: 10px 14px;
        border-top: 1px solid var(--line);
      }
      .magnify {
        flex: 1;
        min-width: 190px;
        display: grid;
        grid-template-columns: auto 1fr 4ch;
        gap: 10px;
        align-items: center;
        font-size: 13px;
      }
      .magnify output { text-align: right; }
      .trails { display: flex; align-items: center; gap: 8px; font-size: 13px; cursor: pointer; min-height: 30px; }
      @media (max-width: 720px) {
        .segments, .magnify { width: 100%; flex: none; }
        .trails { min-height: 44px; flex: 1; }
      }
    `,
  ];

  override render() {
    const { settings, state } = this.playground;
    return html`
      <fieldset class="segments" aria-label="Arrangement">
        ${views.map(
          ({
            id,
            name,
          }) => html`<label><input type="radio" name="view" value=${id} .checked=${state.view === id}
          @change=${() => settings.set({ view: id })} />${name}</label>`,
        )}
      </fieldset>
      <label class="magnify">Magnify difference
        <input type="range" min="1" max="20" step="1" .value=${String(state.magnify)}
          aria-valuetext="${state.magnify} times"
          @input=${(event: Event) => settings.set({ magnify: Number(fieldValue(event)) })} />
        <output class="number">${state.magnify}×</output>
      </label>
      <label class="trails"><input type="checkbox" .checked=${state.trails}
        @change=${(event: Event) => settings.set({ trails: isChecked(event) })} />Trails</label>
      <label class="trails" title="Colours the attacked figure by what each joint contributed"
        ><input type="checkbox" .checked=${state.attribution}
        @change=${(event: Event) => settings.set({ attribution: isChecked(event) })} />Attribution</label>
      ${this.#compare()}
      <button class="plain small" title="Reset the camera" aria-label="Reset the camera"
        @click=${() => this.dispatchEvent(new Event("reset-camera"))}>${camera}</button>
    `;
  }

  /** Keeps the current result beside the next one, or ends the comparison. */
  #compare() {
    const { comparison } = this.playground;
    if (comparison.kept) {
      return html`<button class="small" @click=${() => comparison.drop()}>Stop comparing</button>`;
    }
    if (!comparison.possible) return nothing;
    return html`<button class="small" title="Shows this result beside the next one"
      @click=${() => comparison.keep()}>Keep for comparison</button>`;
  }
}
