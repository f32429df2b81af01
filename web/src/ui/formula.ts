import { css, html, mathml, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { LayoutInfo } from "../core/layout.ts";
import type { AttackConfig, StepReport } from "../core/types.ts";
import { Part, shared } from "./base.ts";
import { digits, length } from "./units.ts";

/** The constraints that have a card. */
export type Constraint = "clipping" | "realign" | "smooth" | "plausible";

interface Now {
  report: StepReport;
  config: AttackConfig;
  layout: LayoutInfo;
}

interface Card {
  equation: TemplateResult;
  /** What it does, and where the paper has it. */
  about: string;
  /** Its value after the last step. */
  now: (now: Now) => string;
}

/** A joint's motion whose accelerations count, and a joint of the attacked clip and of the clean one. */
const at = (frame: string) =>
  mathml`<msub><mi>u</mi><mrow><mi>${frame}</mi><mo>,</mo><mi>i</mi></mrow></msub>`;
const moved = (joint: string, frame = "t") =>
  mathml`<msubsup><mi>v</mi><mrow><mi>${frame}</mi><mo>,</mo><mi>${joint}</mi></mrow><mo>′</mo></msubsup>`;
const clean = (joint: string) =>
  mathml`<msub><mi>v</mi><mrow><mi>t</mi><mo>,</mo><mi>${joint}</mi></mrow></msub>`;
const norm = (inside: unknown) => mathml`<mrow><mo>‖</mo>${inside}<mo>‖</mo></mrow>`;
const loss = (name: string) => mathml`<msub><mi>L</mi><mtext>${name}</mtext></msub><mo>=</mo>`;

const cards: Record<Constraint, Card> = {
  clipping: {
    equation: mathml`<mrow><mo>|</mo>${moved("i")}<mo>−</mo>${clean("i")}<mo>|</mo></mrow><mo>≤</mo>
      <msub><mi>ε</mi><mi>i</mi></msub>`,
    about:
      "Along each axis, joint i stays within its epsilon of the clean clip in every frame. What lies outside after a " +
      "step goes back to the bound.",
    now: ({ report, layout }) => {
      const { linf, epsilonExcess } = report.figures;
      const beyond = epsilonExcess > 0 ? `, ${length(epsilonExcess, layout)} beyond its epsilon` : "";
      return `largest change ${length(linf, layout)}${beyond}`;
    },
  },
  realign: {
    equation: mathml`${norm(mathml`${moved("i")}<mo>−</mo>${moved("j")}`)}<mo>=</mo>
      ${norm(mathml`${clean("i")}<mo>−</mo>${clean("j")}`)}`,
    about:
      "Equation 6, for each bone between joints i and j. After a step every joint moves along its bone until the " +
      "bone has its length in the same frame of the clean clip.",
    now: ({ report }) => `largest change of a bone's length ${share(report.figures.boneDeviation)}`,
  },
  smooth: {
    equation: mathml`${loss("smooth")}<mfrac><mn>1</mn><mrow><mi>T</mi><mo>−</mo><mn>2</mn></mrow></mfrac>
      <munder><mo>∑</mo><mrow><mi>t</mi><mo>,</mo><mi>i</mi></mrow></munder><msup>${norm(
        mathml`${at("t+1")}<mo>−</mo><mn>2</mn>${at("t")}<mo>+</mo>${at("t−1")}`,
      )}<mn>2</mn></msup>`,
    about:
      "Equation 7: the squared accelerations of the joints i that move, averaged over T − 2 frames. u is what the " +
      "attack adds to the motion, or, in the paper's form, the attacked motion itself. The paper prints a sum " +
      "without the square, which has no minimum. It counts in the loss with the weight λ.",
    now: ({ report, config }) =>
      `L = ${digits(report.losses.smooth)}, with λ = ${digits(config.lambda)}: ` +
      digits(report.losses.smooth * config.lambda),
  },
  plausible: {
    equation: mathml`${loss("adv")}<mfrac><mn>1</mn><mi>T</mi></mfrac><munder><mo>∑</mo><mi>t</mi></munder>
      <msup><mrow><mo>(</mo><mi>D</mi><mo>(</mo><msubsup><mi>v</mi><mi>t</mi><mo>′</mo></msubsup><mo>)</mo><mo>−</mo>
      <mn>1</mn><mo>)</mo></mrow><mn>2</mn></msup>`,
    about:
      "Equation 8: the discriminator D learns to give 1 to natural poses and 0 to attacked ones, and the attack is " +
      "penalised for poses that D recognises. It counts with the weight λ, and less if D learns the perturbation.",
    now: ({ report }) => {
      const { adversarial, discriminator } = report.losses;
      const { plausibility } = report.figures;
      const score = plausibility === null ? "" : `, mean D = ${share(plausibility)}`;
      return `L = ${digits(adversarial)}${score}, D's own loss ${digits(discriminator)}`;
    },
  },
};

const share = (value: number) => (value < 1e-5 ? "< 0.001 %" : `${digits(value * 100)} %`);

/** A constraint's equation, what it does, and its value after the last step. */
@customElement("ciasa-formula")
export class Formula extends Part {
  static override styles = [
    shared,
    css`
      :host { display: block; font-size: 12.5px; }
      summary { margin-left: 42px; color: var(--ink-2); font-size: 12px; min-height: 26px; }
      .card { padding: 10px 12px; display: grid; gap: 8px; box-shadow: none; background: var(--sunken); }
      math { font-size: 13px; padding: 2px 0; }
      .now { font-weight: 600; }
      @media (pointer: coarse), (max-width: 720px) { summary { min-height: 44px; } }
    `,
  ];

  @property() constraint: Constraint = "clipping";
  /** The constraint's name. */
  @property() name = "";

  override render() {
    const { attack, layout } = this.playground;
    const { equation, about, now } = cards[this.constraint];
    const report = attack?.last;
    const value = attack && report && layout ? now({ report, config: attack.config, layout }) : null;
    return html`<details>
      <summary><span class="visually-hidden">${this.name}: </span>Formula</summary>
      <div class="card">
        <math display="block">${equation}</math>
        <p>${about}</p>
        ${
          value !== null
            ? html`<p class="now number">Step ${report?.iteration}: ${value}</p>`
            : html`<p class="hint">Its value appears here while an attack runs.</p>`
        }
      </div>
    </details>`;
  }
}
