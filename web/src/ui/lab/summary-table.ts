import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import type { LayoutInfo } from "../../core/layout.ts";
import { type Rate, summary } from "../../lab/rates.ts";
import type { Setting } from "../../lab/sweeps.ts";
import { shared } from "../base.ts";
import { digits, length } from "../units.ts";
import { LabPart } from "./base.ts";
import { tableStyle } from "./table-style.ts";

type MeanKey = "first" | "displacement" | "boneDeviation" | "acceleration" | "plausibility" | "epsilonExcess";

const means: {
  key: MeanKey;
  name: string;
  about: string;
  show: (mean: number, layout: LayoutInfo) => string;
}[] = [
  { key: "first", name: "Steps", about: "until the first success", show: digits },
  { key: "displacement", name: "Displacement", about: "mean over the joints", show: length },
  {
    key: "boneDeviation",
    name: "Bone length",
    about: "largest deviation",
    show: (mean) => (mean < 1e-5 ? "< 0.001 %" : `${digits(mean * 100)} %`),
  },
  { key: "acceleration", name: "Acceleration", about: "RMS change, per frame²", show: length },
  {
    key: "plausibility",
    name: "Plausibility",
    about: "the discriminator's score",
    show: (mean) => `${digits(mean * 100)} %`,
  },
  { key: "epsilonExcess", name: "Beyond epsilon", about: "by realignment", show: length },
];

/** The numbers of the figure, and means over the clips. */
@customElement("ciasa-lab-summary")
export class SummaryTable extends LabPart {
  static override styles = [shared, tableStyle, css`:host { display: block; min-width: 0; }`];

  override render() {
    const { lab } = this;
    const layout = lab.ground?.layout;
    if (!layout || lab.results.length === 0) return nothing;
    const judged = lab.plan.settings.some((setting) => setting.judge);
    return html`
      <div class="box" tabindex="0" role="group" aria-label="Rates of each setting, scrollable">
        <table>
          <caption class="visually-hidden">Fooling rates and means of each setting</caption>
          <thead>
            <tr>
              <th scope="col" rowspan="2">Setting</th>
              <th scope="colgroup" colspan="2">Fooled, correctly classified clips</th>
              <th scope="colgroup" colspan="2">Fooled, all clips</th>
              <th scope="col" rowspan="2">Label changed<small>all clips</small></th>
              ${judged ? html`<th scope="colgroup" colspan="2">Accuracy</th>` : nothing}
              ${means.map(({ name, about }) => html`<th scope="col" rowspan="2">${name}<small>${about}</small></th>`)}
            </tr>
            <tr>
              <th scope="col">returned</th><th scope="col">any iterate</th><th scope="col">returned</th><th
                scope="col">any iterate</th>
              ${judged ? html`<th scope="col">before</th><th scope="col">after</th>` : nothing}
            </tr>
          </thead>
          <tbody>${lab.plan.settings.map((setting) => this.#row(setting, layout, judged))}</tbody>
        </table>
      </div>
      <p class="hint">Rates with their 95 % Wilson interval and the number of clips. Means are over all clips.</p>
    `;
  }

  #row(setting: Setting, layout: LayoutInfo, judged: boolean) {
    const rows = this.lab.of(setting);
    const [right, all] = [summary(rows, "correct"), summary(rows, "all")];
    return html`<tr>
      <th scope="row">${setting.name}</th>
      ${[right.last, right.best, all.last, all.best, all.changed].map(cell)}
      ${judged ? [all.before, all.after].map(cell) : nothing}
      ${means.map(({ key, show }) => {
        const mean = all[key];
        return html`<td>${mean === null ? "–" : show(mean, layout)}</td>`;
      })}
    </tr>`;
  }
}

function cell({ share, low, high, hits, of }: Rate) {
  if (of === 0) return html`<td>–</td>`;
  const percent = (value: number) => (value * 100).toFixed(1).replace(/\.0$/, "");
  return html`<td><strong>${percent(share)} %</strong><small>${hits} of ${of}; ${percent(low)} to
    ${percent(high)}</small></td>`;
}
