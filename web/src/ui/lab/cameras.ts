import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { sentence } from "../../base/failure.ts";
import { filmedCsv, filmedTable } from "../../core/filmed.ts";
import { save } from "../../files/exports.ts";
import { type Cameras, parseAngles } from "../../lab/cameras.ts";
import { isChecked, shared } from "../base.ts";
import { download, play } from "../icons.ts";
import { LabPart } from "./base.ts";
import { tableStyle } from "./table-style.ts";

/** The chosen clips through cameras: the paper's section V-D2, with its run, its table and its rows. */
@customElement("ciasa-lab-cameras")
export class LabCameras extends LabPart {
  static override styles = [
    shared,
    tableStyle,
    css`
      :host { display: grid; gap: 10px; min-width: 0; border-top: 1px solid var(--line); padding-top: 18px; }
      .bar { display: flex; flex-wrap: wrap; gap: 10px 14px; align-items: end; }
      .bar label { font-size: 12.5px; font-weight: 500; }
      .bar label:not(.switch) { display: grid; gap: 3px; }
      .bar label:not(.switch) input { width: 132px; }
      .bar .switch { min-height: 40px; }
      .bar button { min-height: 40px; }
      progress { color: var(--perturbed); }
      .bad { color: var(--bad); overflow-wrap: anywhere; }
      tbody tr:last-child > * { color: var(--ink-2); }
      @media (pointer: coarse), (max-width: 720px) { .bar button, .bar .switch { min-height: 46px; } }
    `,
  ];

  @property({ attribute: false }) cameras!: Cameras;
  readonly #redraw = (): void => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    this.cameras.addEventListener("change", this.#redraw);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.cameras.removeEventListener("change", this.#redraw);
  }

  override render() {
    const { cameras, lab } = this;
    const { running, settings, now, failure } = cameras;
    const clips = this.#clips;
    const obstacle = lab.busy ? "A sweep is running. Finish or cancel it first." : cameras.obstacle;
    const able = !running && obstacle === null && clips.length > 0;
    return html`
      <h2>Through cameras</h2>
      <p class="hint">The chosen clips are attacked as the playground above is set, filmed as a person in a room, and
        recognised from what a pose estimator finds in the film; clean clips go the same way. (The paper's section
        V-D2.) If you wish, each clip is attacked a second time, by the same attack made for these cameras.</p>
      <div class="bar">
        <label>Camera angles, degrees
          <input type="text" autocomplete="off" spellcheck="false" ?disabled=${running}
            .value=${settings.angles.join(", ")} @change=${this.#setAngles} /></label>
        <label>A picture of each N-th frame
          <input type="number" min="1" max="30" ?disabled=${running} .value=${String(settings.every)}
            @change=${this.#setEvery} /></label>
        <label class="switch"><input type="checkbox" role="switch" ?disabled=${running} .checked=${settings.both}
            @change=${(event: Event) => cameras.set({ both: isChecked(event) })} />
          <span>Also made for the cameras</span></label>
        ${
          running
            ? html`<button @click=${() => cameras.cancel()}>Cancel the films</button>`
            : html`<button ?disabled=${!able} @click=${() => void cameras.start(clips)}>${play}
              Film ${clips.length} ${clips.length === 1 ? "clip" : "clips"}</button>`
        }
      </div>
      ${
        now
          ? html`<progress max="1" value=${now.share} aria-label="Films"></progress>
            <p class="hint number" role="status">${now.words}. ${Math.round(100 * now.share)} %</p>`
          : html`<p class="hint">${obstacle ?? this.#advice(clips.length)}</p>`
      }
      ${failure ? html`<p class="bad" role="alert">${sentence(failure.message)}</p>` : nothing}
      ${cameras.results.length > 0 ? this.#table() : nothing}
    `;
  }

  /** The chosen clips whose label is a class of the network. */
  get #clips() {
    const classes = this.lab.ground?.model.classes ?? [];
    return this.lab.plan.clips.filter(({ label }) => label !== null && classes.includes(label));
  }

  #advice(clips: number): string {
    if (clips === 0) return "Choose clips whose label is a class of the network.";
    return "A clip takes a minute or more on a CPU; the clips that are done stay when you cancel.";
  }

  #table() {
    const [head = [], ...lines] = filmedTable(this.cameras.results);
    return html`
      <div class="box" tabindex="0" role="group" aria-label="What the network sees through each camera, scrollable">
        <table>
          <caption class="visually-hidden">Rates from the skeleton and through each camera, in percent</caption>
          <thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
          <tbody>${lines.map(
            ([first, ...cells]) =>
              html`<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`,
          )}</tbody>
        </table>
      </div>
      <p class="hint">Percent, with 95 % intervals (Wilson). Fooled: of the clips that are recognised in that view
        without the attack. Cm: mean distance of 13 main joints after the best similarity of each frame. The last line
        is the paper's, of NTU RGB+D.</p>
      <div><button class="small" @click=${this.#rows}>${download} Rows of the films, CSV</button></div>
    `;
  }

  #rows = (): void => save("ciasa-crossmodal.csv", filmedCsv(this.cameras.results), "text/csv");

  #setAngles = (event: Event): void => {
    const input = event.currentTarget as HTMLInputElement;
    const angles = parseAngles(input.value);
    input.setCustomValidity(angles ? "" : "Enter 1 to 7 angles from -180 to 180, separated by commas.");
    input.reportValidity();
    if (angles) this.cameras.set({ angles });
  };

  #setEvery = (event: Event): void => {
    const input = event.currentTarget as HTMLInputElement;
    const every = Number(input.value);
    if (input.value !== "" && input.validity.valid && Number.isInteger(every)) this.cameras.set({ every });
    else input.value = String(this.cameras.settings.every);
  };
}
