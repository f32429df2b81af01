import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ModelEntry } from "../core/types.ts";
import { ROBUSTNESS, type Robustness, type RobustnessCell } from "../generated/robustness.ts";
import { shared } from "./base.ts";

const columns: [defence: string, name: string][] = [
  ["none", "no defence"],
  ["smoothing", "smoothing"],
  ["randomised", "random noise"],
  ["detector", "detector"],
];

/** The measured row of a network; none if its weights are others than the measured ones. */
function measured(model: ModelEntry): Robustness | undefined {
  const row = ROBUSTNESS[model.id];
  const digits = row?.weights.split("+") ?? [];
  const same = model.weights.every(({ sha256 }, i) => digits[i] && sha256.startsWith(digits[i]));
  return same && digits.length === model.weights.length ? row : undefined;
}

/** How often each attack fools a network, behind each defence: its row of docs/ROBUSTNESS.md. */
@customElement("ciasa-robustness")
export class RobustnessTable extends LitElement {
  static override styles = [
    shared,
    css`
      :host { display: block; font-size: 12.5px; }
      .scroll { overflow-x: auto; padding: 4px 0 2px 14px; }
      table { border-collapse: separate; border-spacing: 2px; }
      caption { text-align: left; color: var(--ink-2); padding-bottom: 6px; max-width: 62ch; }
      th { font-weight: 500; color: var(--ink-3); text-align: left; padding: 2px 6px 2px 0; vertical-align: bottom; }
      td {
        text-align: right; padding: 2px 7px; border-radius: 4px; font-variant-numeric: tabular-nums;
        background: color-mix(in srgb, var(--perturbed-soft) var(--share), var(--sunken));
      }
      td small { display: block; color: var(--ink-2); white-space: nowrap; }
      td.empty { background: none; color: var(--ink-3); }
      p { padding: 4px 0 0 14px; color: var(--ink-2); max-width: 62ch; }
      @media (max-width: 480px) { .scroll, p { padding-left: 0; } td, th { padding: 2px 4px; font-size: 11.5px; } }
    `,
  ];

  @property({ attribute: false }) model!: ModelEntry;

  override render() {
    const row = measured(this.model);
    if (!row) return nothing;
    const there = columns.filter(([id]) => row.attacks.some((a) => a.cells.some((c) => c.defence === id)));
    const blind = row.attacks.some((a) => a.cells.some((c) => !c.adaptive));
    const size = Number((100 * row.share).toPrecision(3));
    return html`<details>
      <summary>How attacks fare against it</summary>
      <div class="scroll" tabindex="0" role="group" aria-label="Success of attacks">
        <table>
          <caption>Success in % of the clips that it recognises, with its 95 % interval. Up to ${row.clips} test clips,
            epsilon ${size} % of the body's height.</caption>
          <thead>
            <tr><th scope="col">attack</th>${there.map(([, name]) => html`<th scope="col">${name}</th>`)}</tr>
          </thead>
          <tbody>${row.attacks.map(
            (attack) =>
              html`<tr><th scope="row">${attack.name}</th>${there.map(([id]) =>
                this.#cell(attack.cells.find((cell) => cell.defence === id)),
              )}</tr>`,
          )}</tbody>
        </table>
      </div>
      ${blind ? html`<p>† The attack does not know the defence. One that goes through it can do better.</p>` : nothing}
    </details>`;
  }

  #cell(cell: RobustnessCell | undefined): TemplateResult {
    if (!cell) return html`<td class="empty">–</td>`;
    const whole = (share: number): string => (100 * share).toFixed(0);
    const share = cell.hits / cell.of;
    return html`<td style="--share: ${whole(share)}%" title="${cell.hits} of ${cell.of}">
      ${whole(share)}${cell.adaptive ? "" : "†"} <small>[${whole(cell.low)}, ${whole(cell.high)}]</small></td>`;
  }
}
