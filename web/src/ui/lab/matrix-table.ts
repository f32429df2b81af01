import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { cellWords, type Matrix, percent } from "../../lab/matrix.ts";
import { shared } from "../base.ts";
import { LabPart } from "./base.ts";
import { tableStyle } from "./table-style.ts";

/** A matrix of rates, darker where more clips count. */
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
    const { kind, lines, columns, about } = this.matrix;
    const transfer = kind === "transfer";
    const label = `${transfer ? "Transfer matrix" : "Matrix of attacks and networks"}, scrollable`;
    return html`
      <div class="box" tabindex="0" role="group" aria-label=${label}>
        <table>
          <caption class="visually-hidden">Share of fooled clips; rows: ${transfer ? "attacked networks" : "attacks"},
            columns: ${transfer ? "judges" : "attacked networks"}</caption>
          <thead><tr>
            <th scope="col">${transfer ? html`Attacked <small>judged by</small>` : html`Attack <small>on</small>`}</th>
            ${columns.map(({ name }) => html`<th scope="col">${name}</th>`)}
          </tr></thead>
          <tbody>${lines.map(
            (one, i) => html`<tr>
              <th scope="row">${one.name}</th>
              ${columns.map((column, j) => this.#cell(i, j, this.matrix.framed(one, column) ? "own" : ""))}
            </tr>`,
          )}</tbody>
        </table>
      </div>
      <p class="hint">Returned iterate. ${
        transfer
          ? "Framed: white box, the share that reached the target. Other cells: the share whose class changed."
          : about.foot
      } Small: count and 95 % Wilson interval.</p>
    `;
  }

  #cell(i: number, j: number, own: string) {
    const rate = this.matrix.cells[i]?.[j] ?? null;
    const words = html`<span class="visually-hidden">${cellWords(this.matrix, i, j)}</span>`;
    if (!rate || rate.of === 0) return html`<td class=${own}>${words}<span aria-hidden="true">–</span></td>`;
    const tint = `background: color-mix(in srgb, var(--perturbed) ${(40 * rate.share).toFixed(1)}%, var(--surface))`;
    return html`<td class=${own} style=${tint}>${words}<span aria-hidden="true">
      <strong>${percent(rate.share)} %</strong>
      <small>${rate.hits} of ${rate.of}; ${percent(rate.low)} to ${percent(rate.high)}</small></span></td>`;
  }
}
