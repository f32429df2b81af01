import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { bounded, draws, untargetedConfig } from "../attack/config.ts";
import { type State, table } from "../settings/table.ts";
import { fieldValue, isChecked, Part, shared } from "./base.ts";

type NumberKey =
  | { [K in keyof State]: State[K] extends number ? K : never }[keyof State]
  | "alpha"
  | "lambda";

interface Field {
  key: NumberKey;
  name: string;
  min: number;
  max: number;
  step: string;
  hint: string;
}

const iterations: Field = {
  key: "iterations",
  name: "Steps at most",
  min: 1,
  max: 5000,
  step: "1",
  hint: "",
};

/** What bounds the attack's length, and its seed. */
const fields = (method: State["method"]): Field[] => [
  ...(method === "basar" ? [queries] : method === "part-swap" ? [] : [iterations]),
  { key: "seed", name: "Seed", min: 0, max: 4294967295, step: "1", hint: "same seed, same result" },
];

const stops: Field[] = [
  {
    key: "confidence",
    name: "Confidence",
    min: 0.01,
    max: 0.999,
    step: "any",
    hint: "of the target, 0 to 1",
  },
  { key: "hold", name: "Held for", min: 1, max: 500, step: "1", hint: "steps in a row" },
];

const starts: Field = {
  key: "starts",
  name: "Starts",
  min: 1,
  max: 10,
  step: "1",
  hint: "each with all steps; the first at the clean clip",
};

const kappa: Field = {
  key: "kappa",
  name: "Margin κ",
  min: 0,
  max: 1000,
  step: "any",
  hint: "between the logits, beyond the boundary",
};

const queries: Field = {
  key: "queries",
  name: "Queries at most",
  min: 1,
  max: 100_000,
  step: "1",
  hint: "one label each",
};

const tau: Field = {
  key: "tau",
  name: "Bound τ",
  min: 0.001,
  max: 0.5,
  step: "any",
  hint: "of a bone's length, a share of it",
};

const transfer: Field[] = [
  { key: "draws", name: "Draws", min: 1, max: 100, step: "1", hint: "of the last layer, each step" },
  { key: "noise", name: "Noise", min: 0, max: 2, step: "any", hint: "of its weights, a share of their size" },
  { key: "motion", name: "Motion", min: 0, max: 1, step: "any", hint: "share of the motion's gradient" },
];

/** The step size, the weight if the method has a restraint, and what is the method's own. */
function steps(method: State["method"]): Field[] {
  if (draws(method)) return [];
  const sign = "of a coordinate, in the clip's unit";
  const hints: Partial<Record<State["method"], string>> = {
    pgd: sign,
    "mi-fgsm": sign,
    "bone-length": "of a bone's length, a share of it",
    tasar: "of a coordinate with a mean gradient",
  };
  const weighed = { ciasa: "of smoothness and plausibility", smart: "of the perceptual loss" };
  const step = { key: "alpha", name: "Step size α", min: 0.00001, max: 1, step: "any" } as const;
  const weight = { key: "lambda", name: "Weight λ", min: 0, max: 1000, step: "any" } as const;
  return [
    { ...step, hint: hints[method] ?? "Adam's learning rate" },
    ...(method === "bone-length" ? [tau] : []),
    ...(method === "tasar" ? transfer : []),
    ...(method === "ciasa" || method === "smart" ? [{ ...weight, hint: weighed[method] }] : []),
  ];
}

/** Has the method a step size that may fall, and several starts? */
const searches = (method: State["method"]): boolean =>
  !draws(method) && method !== "bone-length" && method !== "tasar";

/** Step size, seed, projection and stop rule. */
@customElement("ciasa-optimiser")
export class Optimiser extends Part {
  static override styles = [
    shared,
    css`
      .grid { display: grid; grid-template-columns: 1fr 1fr; gap: 12px 14px; margin-top: 6px; }
      .grid label { display: grid; gap: 3px; font-size: 12.5px; font-weight: 500; align-content: start; }
      .grid .hint { font-weight: 400; }
      .rule { grid-column: 1 / -1; }
      summary { font-size: 13px; font-weight: 620; }
    `,
  ];

  override render() {
    const { settings, state, attacking } = this.playground;
    return html`<details>
      <summary>Optimiser and stop rule</summary>
      <div class="grid">
        ${steps(state.method).map((field) => this.#field(field, false))}
        ${fields(state.method).map((field) => this.#field(field, attacking && field.key === "seed"))}
        <label class="rule">Projection
          <select @change=${(event: Event) => settings.set({ projection: fieldValue(event) as State["projection"] })}>
            <option value="exact" ?selected=${state.projection === "exact"}>
              exact: epsilon and bone lengths hold
            </option>
            <option value="paper" ?selected=${state.projection === "paper"}>
              paper: bone lengths hold, epsilon may not
            </option>
          </select>
        </label>
        ${searches(state.method) ? this.#search() : nothing}
        ${state.method === "ciasa" ? this.#learning() : nothing}
        ${state.method === "ciasa" ? this.#smoothness() : nothing}
        ${state.method === "ciasa" ? this.#loss() : nothing}
        <label class="rule">Stop
          <select @change=${(event: Event) => settings.set({ stop: fieldValue(event) as State["stop"] })}>
            <option value="confidence" ?selected=${state.stop === "confidence"}>
              ${state.method === "basar" ? "within epsilon, if clipping is on" : "when the target holds"}
            </option>
            <option value="iterations" ?selected=${state.stop === "iterations"}>after the last step only</option>
          </select>
        </label>
        ${
          state.stop === "confidence"
            ? stops.slice(state.method === "basar" ? 1 : 0).map((field) => this.#field(field, false))
            : nothing
        }
      </div>
    </details>`;
  }

  /** How the attack searches within the exact projection's bounds. */
  #search() {
    const { settings, state } = this.playground;
    const paper = state.projection === "paper";
    return html`${state.method === "ciasa" ? this.#surface(paper) : nothing}
      <label>Step size over time
        <select ?disabled=${paper}
          @change=${(event: Event) => settings.set({ schedule: fieldValue(event) as State["schedule"] })}>
          <option value="constant" ?selected=${state.schedule === "constant"}>constant</option>
          <option value="falling" ?selected=${state.schedule === "falling"}>falls in the second half</option>
        </select>
        ${paper ? html`<span class="hint">only with the exact projection</span>` : nothing}
      </label>
      ${this.#field(bounded(state) ? starts : { ...starts, hint: this.#noStarts(paper) }, !bounded(state))}`;
  }

  /** The others follow the gradient as it is. */
  #surface(paper: boolean) {
    const { settings, state } = this.playground;
    const flat = paper || !state.realign;
    const why = paper
      ? "Only with the exact projection: the paper's runs Algorithm 1 as it is printed."
      : state.realign
        ? "Removes from each gradient what would only change bone lengths."
        : "Off: bone lengths are not kept.";
    return html`<label class="switch rule">
      <input type="checkbox" role="switch" ?disabled=${flat} .checked=${state.surface && !flat}
        @change=${(event: Event) => settings.set({ surface: isChecked(event) })} />
      <span>Follow the bone lengths</span><span class="hint">${why}</span>
    </label>`;
  }

  /** What the discriminator learns. */
  #learning() {
    const { settings, state } = this.playground;
    const off = state.projection === "paper" || !state.plausible;
    const why = state.plausible
      ? "the paper's projection has the paper's"
      : "only with natural poses switched on";
    const set = (value: string) => settings.set({ discriminator: value as State["discriminator"] });
    return html`<label class="rule">Discriminator
      <select ?disabled=${off} @change=${(event: Event) => set(fieldValue(event))}>
        <option value="perturbation" ?selected=${state.discriminator === "perturbation"}>
          learns the perturbation
        </option>
        <option value="paper" ?selected=${state.discriminator === "paper"}>
          as in the paper: learns other people's poses
        </option>
      </select>
      ${off ? html`<span class="hint">${why}</span>` : nothing}
    </label>`;
  }

  /** Whose accelerations smoothness penalises. */
  #smoothness() {
    const { settings, state } = this.playground;
    const off = state.projection === "paper" || !state.smooth;
    const why = state.smooth ? "the paper's projection has the paper's" : "only with smoothness switched on";
    const set = (value: string) => settings.set({ smoothness: value as State["smoothness"] });
    return html`<label class="rule">Smoothness
      <select ?disabled=${off} @change=${(event: Event) => set(fieldValue(event))}>
        <option value="perturbation" ?selected=${state.smoothness === "perturbation"}>
          of the perturbation
        </option>
        <option value="paper" ?selected=${state.smoothness === "paper"}>
          of the attacked motion, as in the paper
        </option>
      </select>
      ${off ? html`<span class="hint">${why}</span>` : nothing}
    </label>`;
  }

  #noStarts(paper: boolean): string {
    return paper ? "only with the exact projection" : "only with clipping: a start lies within epsilon";
  }

  #loss() {
    const { settings, state } = this.playground;
    return html`<label class=${state.prediction === "margin" ? "" : "rule"}>Loss
        <select @change=${(event: Event) => settings.set({ prediction: fieldValue(event) as State["prediction"] })}>
          <option value="cross-entropy" ?selected=${state.prediction === "cross-entropy"}>cross-entropy</option>
          <option value="margin" ?selected=${state.prediction === "margin"}>margin between logits</option>
        </select>
      </label>
      ${state.prediction === "margin" ? this.#field(kappa, false) : nothing}`;
  }

  #field({ key, name, min, max, step, hint }: Field, disabled: boolean) {
    const { layout, state } = this.playground;
    const usual = layout && (key === "alpha" || key === "lambda") ? untargetedConfig(state, layout)[key] : 0;
    return html`<label>${name}
      <input type="number" min=${min} max=${max} step=${step} ?disabled=${disabled}
        .value=${String(state[key] ?? Number(usual.toPrecision(3)))}
        @change=${(event: Event) => this.#set(key, fieldValue(event))} />
      ${hint ? html`<span class="hint">${hint}</span>` : nothing}
    </label>`;
  }

  #set(key: NumberKey, value: string): void {
    // The codec checks the bounds; an invalid value is reset.
    const parsed = table[key].codec.decode(value);
    if (parsed !== undefined) this.playground.settings.set({ [key]: parsed });
    else this.requestUpdate();
  }
}
