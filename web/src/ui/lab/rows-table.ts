import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Lab } from "../../lab/lab.ts";
import { reached, reachedBest } from "../../lab/rows.ts";
import { shared } from "../base.ts";
import { length, percent } from "../units.ts";
import { LabPart } from "./base.ts";
import { tableStyle } from "./table-style.ts";

type Done = Lab["done"][number];

/** One row for each clip and setting. */
@customElement("ciasa-lab-rows")
export class RowsTable extends LabPart {
  static override styles = [
    shared,
    tableStyle,
    css`
      :host { display: block; min-width: 0; }
      summary { font-size: 13px; font-weight: 620; }
      .yes { color: var(--perturbed); font-weight: 600; }
      .box { margin-top: 6px; }
    `,
  ];

  @state() private opened = false;

  override render() {
    const rows = this.lab.done;
    if (rows.length === 0) return nothing;
    return html`<details @toggle=${(event: Event) => {
      this.opened = (event.currentTarget as HTMLDetailsElement).open;
    }}>
      <summary>Every clip <span class="hint number">${rows.length}
        ${rows.length === 1 ? "row" : "rows"}</span></summary>
      ${this.opened ? this.#table(rows) : nothing}
    </details>`;
  }

  #table(rows: Done[]) {
    return html`<div class="box tall" tabindex="0" role="group" aria-label="Rows of the sweep, scrollable">
      <table>
        <caption class="visually-hidden">Every clip under every setting</caption>
        <thead><tr>
          <th scope="col">Clip</th><th scope="col" class="left">Setting</th><th scope="col" class="left">Clean</th>
          <th scope="col" class="left">Goal</th><th scope="col" class="left">Returned</th>
          <th scope="col">Fooled<small>returned / any</small></th><th scope="col">Steps</th><th scope="col">Largest
            change</th>
          <th scope="col">Time</th>
        </tr></thead>
        <tbody>${repeat(
          rows,
          ({ task }) => task.key,
          (one) => this.#row(one),
        )}</tbody>
      </table>
    </div>`;
  }

  #row({ task, row }: Done) {
    const layout = this.lab.ground?.layout;
    const yes = (is: boolean) => html`<span class=${is ? "yes" : ""}>${is ? "yes" : "no"}</span>`;
    const wrong = row.correct === false ? html`<small>wrong: labelled ${row.label}</small>` : nothing;
    return html`<tr>
      <th scope="row">${row.name}</th>
      <td class="left">${task.setting.name}</td>
      <td class="left">${row.clean}${wrong}</td>
      <td class="left">${row.target ?? "any other"}</td>
      <td class="left">${row.predicted}<small>${percent(row.confidence)}${
        row.pTarget === null ? "" : `; target ${percent(row.pTarget)}`
      }</small></td>
      <td>${yes(reached(row))} / ${yes(reachedBest(row))}</td>
      <td>${row.used}</td>
      <td>${layout ? length(row.figures.linf, layout) : ""}</td>
      <td>${row.seconds.toFixed(1)} s${row.batch > 1 ? html`<small>one of ${row.batch} at once</small>` : nothing}</td>
    </tr>`;
  }
}
