import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ModelEntry } from "../../core/types.ts";
import { cellWords, type Matrix, percent } from "../../lab/matrix.ts";
import type { Rate } from "../../lab/rates.ts";
import { shared } from "../base.ts";
import { LabPart } from "./base.ts";
import { tableStyle } from "./table-style.ts";

/** The transfer matrix: a row for each attacked network, a column for each judge, darker where more clips count. */
@customElement("ciasa-lab-matrix")
export class MatrixTable extends LabPart {
  static override styles = [
    shared,
    tableStyle,
    css`
      :host { display: block; min-width: 0; }
      th { white-space: normal; min-width: 92px; overflow-wrap: anywhere; }
      td { text-align: center; min-width: 92px; }
      thead th { text-align: center; }
      td small { color: inherit; }
      .own { outline: 2px solid var(--ink); outline-offset: -3px; }
    `,
  ];

  @property({ attribute: false }) matrix!: Matrix;

  override render() {
    const { attacked, judges, cells } = this.matrix;
    return html`
      <div class="box" tabindex="0" role="group" aria-label="Transfer matrix, scrollable">
        <table>
          <caption class="visually-hidden">Share of fooled clips; rows: attacked networks, columns: judges</caption>
          <thead><tr>
            <th scope="col">Attacked <small>judged by</small></th>
            ${judges.map(({ name }) => html`<th scope="col">${name}</th>`)}
          </tr></thead>
          <tbody>${attacked.map(
            (one, i) => html`<tr>
              <th scope="row">${one.name}</th>
              ${judges.map((judge, j) => this.#cell(cells[i]?.[j] ?? null, one, judge))}
            </tr>`,
          )}</tbody>
        </table>
      </div>
      <p class="hint">Returned iterate. Framed: white box, the share that reached the target. Other cells: the share
        whose class changed. Small: count and 95 % Wilson interval.</p>
    `;
  }

  #cell(rate: Rate | null, attacked: ModelEntry, judge: ModelEntry) {
    const own = attacked.id === judge.id ? "own" : "";
    const words = html`<span class="visually-hidden">${cellWords(rate, attacked, judge)}</span>`;
    if (!rate || rate.of === 0) return html`<td class=${own}>${words}<span aria-hidden="true">–</span></td>`;
    const tint = `background: color-mix(in srgb, var(--perturbed) ${(40 * rate.share).toFixed(1)}%, var(--surface))`;
    return html`<td class=${own} style=${tint}>${words}<span aria-hidden="true">
      <strong>${percent(rate.share)} %</strong>
      <small>${rate.hits} of ${rate.of}; ${percent(rate.low)} to ${percent(rate.high)}</small></span></td>`;
  }
}
