import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { accelerationRms } from "../core/acceleration.ts";
import type { LayoutInfo } from "../core/layout.ts";
import type { Metrics } from "../core/types.ts";
import { Part, shared } from "./base.ts";
import { digits, length, percent } from "./units.ts";

/** What is shown of a perturbation's size. */
export const rows: { name: string; about: string; show: (figures: Metrics, layout: LayoutInfo) => string }[] =
  [
    {
      name: "Largest change",
      about: "L-infinity: of any coordinate of any joint",
      show: (f, l) => length(f.linf, l),
    },
    {
      name: "Mean displacement",
      about: "mean distance of a joint from its clean position",
      show: (f, l) => length(f.meanDisplacement, l),
    },
    {
      name: "Bone length",
      about: "largest relative deviation in any frame",
      show: (f) => (f.boneDeviation < 1e-5 ? "< 0.001 %" : `${digits(f.boneDeviation * 100)} %`),
    },
    {
      name: "Acceleration",
      about: "root mean square change, per frame squared",
      show: (f, l) => length(accelerationRms(f), l),
    },
    {
      name: "Plausibility",
      about: "the discriminator's score: 100 % means a real pose",
      show: (f) => (f.plausibility === null ? "–" : percent(f.plausibility)),
    },
    {
      name: "Beyond epsilon",
      about: "how far keeping bone lengths pushed a joint past its epsilon",
      show: (f, l) => length(f.epsilonExcess, l),
    },
  ];

/** Size and naturalness of the perturbation. */
@customElement("ciasa-figures")
export class Figures extends Part {
  static override styles = [
    shared,
    css`
      :host { display: block; padding: 14px 16px; }
      dl {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(150px, 1fr));
        gap: 14px 18px;
        margin-top: 10px;
      }
      dt { font-size: 12px; color: var(--ink-2); }
      dd { font-size: 19px; font-weight: 600; letter-spacing: -0.01em; line-height: 1.3; }
      dd.none { color: var(--ink-3); font-weight: 400; }
      .hint { font-size: 11.5px; }
    `,
  ];

  override render() {
    const { attack, layout } = this.playground;
    if (!layout) return nothing;
    const figures = attack?.last?.figures;
    return html`
      <h2>Size of the perturbation</h2>
      <dl>
        ${rows.map(
          ({ name, about, show }) => html`<div>
          <dt>${name}</dt>
          <dd class="number ${figures ? "" : "none"}">${figures ? show(figures, layout) : "–"}</dd>
          <dd class="hint" style="font-size:11.5px;font-weight:400;letter-spacing:0">${about}</dd>
        </div>`,
        )}
      </dl>
    `;
  }
}
