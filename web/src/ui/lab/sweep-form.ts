import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { type LabSettings, overEpsilons, parseEpsilons, usualEpsilons } from "../../lab/settings.ts";
import { sweeps } from "../../lab/sweeps.ts";
import { fieldValue, shared } from "../base.ts";
import { digits } from "../units.ts";
import { LabPart } from "./base.ts";

/** The choice of the sweep, and its settings. */
@customElement("ciasa-lab-sweep")
export class SweepForm extends LabPart {
  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 16px; }
      fieldset { display: grid; gap: 8px; }
      .segments { display: grid; grid-template-columns: repeat(3, 1fr); }
      .segments label { padding: 0 4px; }
      .grid { display: grid; grid-template-columns: 1fr 1fr; gap: 12px 14px; }
      .grid label { display: grid; gap: 3px; font-size: 12.5px; font-weight: 500; align-content: start; }
      .grid input, .grid select { width: 100%; }
      .wide { grid-column: 1 / -1; }
      .hint { font-weight: 400; }
      input:invalid { border-color: var(--bad); }
      input:disabled, select:disabled { color: var(--ink-3); background: var(--sunken); }
    `,
  ];

  override render() {
    const { lab } = this;
    const { settings, busy, ground } = lab;
    const sweep = sweeps.find(({ id }) => id === settings.sweep);
    return html`
      <fieldset ?disabled=${busy}>
        <legend>Sweep</legend>
        <div class="segments">
          ${sweeps.map(
            ({
              id,
              name,
            }) => html`<label><input type="radio" name="sweep" value=${id} .checked=${id === settings.sweep}
            @change=${() => this.playground.settings.set({ sweep: id })} />${name}</label>`,
          )}
        </div>
        <p class="hint">${sweep?.about} ${sweep?.paper ? `(The paper's ${sweep.paper}.)` : nothing}</p>
      </fieldset>
      <fieldset ?disabled=${busy || !ground} aria-label="Settings of the sweep">
        <div class="grid">
          ${this.#epsilons()}
          ${settings.sweep === "one-step" ? nothing : this.#iterative(settings)}
          ${this.#number("Seed", settings.seed, 0, 4294967295, (seed) => lab.set({ seed }))}
        </div>
      </fieldset>
    `;
  }

  #epsilons() {
    const { lab, height } = this;
    const { settings, ground } = lab;
    const many = overEpsilons(settings.sweep);
    const now = settings.epsilons ?? (ground ? usualEpsilons(settings.sweep, ground.layout) : []);
    const shares = height ? now.map((epsilon) => digits((epsilon / height) * 100)).join(", ") : "";
    return html`<label class="wide">${many ? "Epsilons" : "Epsilon"}, in ${this.unit}
      <input type="text" inputmode="decimal" autocomplete="off" spellcheck="false" .value=${now.join(", ")}
        @change=${this.#setEpsilons} />
      <span class="hint number">${shares ? `${shares} % of the body height` : nothing}</span>
    </label>`;
  }

  #iterative({ iterations, stop }: LabSettings) {
    const { lab } = this;
    const confident = stop.kind === "confidence";
    const setConfidence = (confidence: number) =>
      lab.set({ stop: { kind: "confidence", confidence, hold: confident ? stop.hold : 5 } });
    return html`
      ${this.#number("Steps at most", iterations, 1, 5000, (value) => lab.set({ iterations: value }))}
      <label class="wide">Stop
        <select @change=${(event: Event) => this.#setStop(fieldValue(event))}>
          <option value="confidence" ?selected=${confident}>when the target holds</option>
          <option value="iterations" ?selected=${!confident}>after the last step only</option>
        </select>
      </label>
      ${
        confident
          ? html`${this.#number("Confidence", stop.confidence, 0.01, 0.999, setConfidence, "any")}
            ${this.#number("Held for, steps", stop.hold, 1, 500, (hold) => lab.set({ stop: { ...stop, hold } }))}`
          : nothing
      }
    `;
  }

  #number(name: string, value: number, min: number, max: number, set: (value: number) => void, step = "1") {
    return html`<label>${name}
      <input type="number" min=${min} max=${max} step=${step} .value=${String(value)} @change=${(
        event: Event,
      ) => {
        const input = event.currentTarget as HTMLInputElement;
        // An invalid value is reset.
        if (input.value !== "" && input.validity.valid) set(Number(input.value));
        else input.value = String(value);
      }} />
    </label>`;
  }

  #setEpsilons = (event: Event): void => {
    const input = event.currentTarget as HTMLInputElement;
    const epsilons = input.value.trim() === "" ? null : parseEpsilons(input.value);
    const fits = input.value.trim() === "" || epsilons !== null;
    const single = overEpsilons(this.lab.settings.sweep) || (epsilons?.length ?? 1) === 1;
    input.setCustomValidity(
      !fits
        ? "Enter 1 to 20 numbers above 0 and at most 10, separated by commas."
        : single
          ? ""
          : "This sweep takes one epsilon. Enter a single value.",
    );
    input.reportValidity();
    if (fits && single) this.lab.set({ epsilons });
  };

  #setStop(kind: string): void {
    const stop: LabSettings["stop"] =
      kind === "confidence" ? { kind, confidence: 0.5, hold: 5 } : { kind: "iterations" };
    this.lab.set({ stop });
  }
}
