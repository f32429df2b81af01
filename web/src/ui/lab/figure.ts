import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { unsafeHTML } from "lit/directives/unsafe-html.js";
import { save } from "../../files/exports.ts";
import { csv } from "../../lab/csv.ts";
import { attackMatrix, type Matrix, matrixCsv, transferMatrix } from "../../lab/matrix.ts";
import { drawMatrix } from "../../lab/matrix-plot.ts";
import { draw, type Figure, paper, themed } from "../../lab/plot.ts";
import { type Counted, summary } from "../../lab/rates.ts";
import { settingsFile } from "../../lab/settings-file.ts";
import { sweeps } from "../../lab/sweeps.ts";
import { shared } from "../base.ts";
import { download } from "../icons.ts";
import { LabPart } from "./base.ts";
import "./matrix-table.ts";

/** The figure of fooling rates, redrawn with every row, and its downloads. */
@customElement("ciasa-lab-figure")
export class LabFigure extends LabPart {
  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 10px; min-width: 0; }
      .head { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; justify-content: space-between; }
      .segments label { flex: auto; }
      .plot { min-width: 0; overflow: hidden; }
      .plot svg { display: block; max-width: 100%; }
      .empty {
        display: grid;
        place-items: center;
        min-height: 200px;
        border: 1px dashed var(--line-strong);
        border-radius: var(--radius-s);
        color: var(--ink-3);
        text-align: center;
        padding: 0 24px;
      }
      .files { display: flex; flex-wrap: wrap; gap: 8px; }
    `,
  ];

  /** The clips that count in the plot; the table has both. */
  @state() private counted: Counted = "correct";
  @state() private width = 0;
  readonly #size = new ResizeObserver(([entry]) => {
    if (entry) this.width = Math.floor(entry.contentRect.width);
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#size.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#size.disconnect();
  }

  override render() {
    const { lab } = this;
    const { results } = lab;
    const rows = results.length;
    const isMatrix = this.#matrix !== null;
    const unlabelled = this.counted === "correct" && rows > 0 && !results.some((row) => row.correct);
    return html`
      <div class="head">
        <h2>Fooling rate</h2>
        <fieldset class="segments" aria-label="Clips that count">
          ${this.#choice("correct", "Correctly classified")}${this.#choice("all", "All clips")}
        </fieldset>
      </div>
      ${
        rows > 0 && this.width > 0
          ? this.#drawn()
          : html`<p class="empty">Fooling rates with their 95 % intervals appear here once the sweep runs.</p>`
      }
      ${
        unlabelled
          ? html`<p class="hint">The network classifies none of these clips correctly when clean, or their
        labels are not among its classes. Choose “All clips” to count them.</p>`
          : nothing
      }
      <div class="files">
        <button class="small" ?disabled=${rows === 0} @click=${this.#rows}>${download} Rows, CSV</button>
        ${
          isMatrix
            ? html`<button class="small" ?disabled=${rows === 0} @click=${this.#cells}>${download} Matrix, CSV</button>`
            : nothing
        }
        <button class="small" ?disabled=${rows === 0} @click=${this.#plot}>${download} Plot, SVG</button>
        <button class="small" ?disabled=${lab.obstacle !== null && !lab.busy} @click=${this.#settings}>${download}
          Settings, JSON</button>
      </div>
    `;
  }

  #drawn() {
    const { lab, playground } = this;
    const matrix = this.#matrix;
    if (matrix)
      return html`<ciasa-lab-matrix .playground=${playground} .lab=${lab} .matrix=${matrix}></ciasa-lab-matrix>`;
    return html`<div class="plot" role="img"
      aria-label="Fooling rates with 95 % intervals; the table below has the numbers">
      ${unsafeHTML(draw(this.#figure, themed, this.width, false))}
    </div>`;
  }

  /** The results as a matrix; null if the sweep makes a plot. */
  get #matrix(): Matrix | null {
    const { settings, plan, results } = this.lab;
    if (settings.sweep === "transfer") return transferMatrix(plan.settings, results, this.counted);
    if (settings.sweep === "matrix") return attackMatrix(settings, plan.settings, results, this.counted);
    return null;
  }

  #choice(id: Counted, name: string) {
    return html`<label><input type="radio" name="counted" .checked=${id === this.counted} @change=${() => {
      this.counted = id;
    }} />${name}</label>`;
  }

  get #figure(): Figure {
    const { lab, counted } = this;
    const { plan, settings } = lab;
    const points = plan.settings.map((setting) => {
      const { last, best } = summary(lab.of(setting), counted);
      return { name: setting.name, x: setting.x, last, best };
    });
    const sweep = sweeps.find(({ id }) => id === settings.sweep);
    const which = counted === "correct" ? "correctly classified clips" : "all clips";
    const clips = Math.max(0, ...points.map((point) => point.last.of));
    const networks = [...new Set(plan.settings.map((one) => one.model.name))].join(", ");
    return {
      title: `Fooling rate: ${sweep?.name.toLowerCase() ?? ""}`,
      about: `${networks}; ${clips} ${which}; Wilson intervals, 95 %; seed ${settings.seed}`,
      unit: this.unit,
      height: this.height,
      points,
    };
  }

  #rows = (): void => {
    const { results, settings, ground } = this.lab;
    const models = ground ? [ground.model, ...ground.others] : [];
    save(`${this.#stem}-rows.csv`, csv(results, settings.sweep, models), "text/csv");
  };

  #cells = (): void => {
    const matrix = this.#matrix;
    if (matrix) save(`${this.#stem}-matrix.csv`, matrixCsv(matrix), "text/csv");
  };

  #plot = (): void => {
    const figure = this.#figure;
    const matrix = this.#matrix;
    const svg = matrix
      ? drawMatrix(matrix, paper, figure.title, figure.about)
      : draw(figure, paper, 720, true);
    save(`${this.#stem}.svg`, svg, "image/svg+xml");
  };

  #settings = (): void => {
    const { settings, ground, plan } = this.lab;
    if (ground) save(`${this.#stem}-settings.json`, settingsFile(settings, ground, plan), "application/json");
  };

  get #stem(): string {
    const { settings, ground } = this.lab;
    return `ciasa-${settings.sweep}-${ground?.model.id ?? "lab"}`.replace(/[^a-z0-9-]+/gi, "-");
  }
}
