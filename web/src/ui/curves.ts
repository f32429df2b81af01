import { css, html, unsafeCSS } from "lit";
import { customElement, property } from "lit/decorators.js";
import uPlot from "uplot";
import uPlotStyle from "uplot/dist/uPlot.min.css?inline";
import { type Curve, type CurveKind, curves, linesOf } from "../attack/curves.ts";
import { Part, shared } from "./base.ts";
import { digits, percent } from "./units.ts";

/** Live curves of an attack over its steps. The charts of one playground share a cursor. */
@customElement("ciasa-curves")
export class Curves extends Part {
  static override styles = [
    unsafeCSS(uPlotStyle),
    shared,
    css`
      :host { display: grid; grid-template-rows: auto 1fr auto; padding: 14px 16px 12px; min-width: 0; }
      .chart { position: relative; min-height: 150px; margin: 8px -6px 0; }
      .empty {
        position: absolute;
        inset: 0;
        display: grid;
        place-items: center;
        text-align: center;
        color: var(--ink-3);
        font-size: 12.5px;
        padding: 0 24px;
      }
      .legend { display: flex; flex-wrap: wrap; gap: 2px 14px; font-size: 12px; color: var(--ink-2); margin-top: 6px; }
      .legend li { display: inline-flex; gap: 6px; align-items: center; }
      .legend svg { width: 22px; height: 4px; flex: none; }
      .u-over { cursor: crosshair; }
    `,
  ];

  @property() kind: "probabilities" | "losses" = "probabilities";
  #plot: uPlot | null = null;
  #size: ResizeObserver | null = null;
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");
  readonly #redo = (): void => this.#rebuild();

  override render() {
    const { title, empty } = curves[this.#shown];
    const unit = this.#walks ? "query" : "step";
    const reports = this.playground.attack?.reports ?? [];
    const at = reports[this.#plot?.cursor.idx ?? reports.length - 1] ?? reports.at(-1);
    const show = this.kind === "losses" ? digits : percent;
    return html`
      <h2>${title}${
        at
          ? html` <span class="hint number" title=${this.#walks ? "" : BEFORE}
            >${this.#walks ? "" : "before "}${unit} ${at.iteration}</span>`
          : ""
      }</h2>
      <div class="chart" role="img" aria-label=${at ? `${title} up to ${unit} ${at.iteration}` : empty}>
        ${reports.length === 0 ? html`<p class="empty">${empty}</p>` : ""}
      </div>
      <ul class="legend" aria-label="${title}, values">
        ${this.#lines.map((line) => {
          const value = at ? line.value(at) : null;
          return html`<li>
            <svg viewBox="0 0 22 4" aria-hidden="true"><path d="M0 2h22" stroke="var(${line.colour})"
              stroke-width="2" stroke-dasharray=${line.dash.map((d) => d / 1.4).join(" ")} /></svg>
            ${line.name}<span class="number">${value === null ? "" : show(value)}</span>
          </li>`;
        })}
      </ul>
    `;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#size = new ResizeObserver(() => this.#fit());
    this.#size.observe(this);
    this.#dark.addEventListener("change", this.#redo);
  }

  override updated(): void {
    const reports = this.playground.attack?.reports ?? [];
    if (reports.length === 0) {
      this.#plot?.destroy();
      this.#plot = null;
      return;
    }
    if (!this.#plot) this.#rebuild();
    else this.#plot.setData(this.#data());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#size?.disconnect();
    this.#dark.removeEventListener("change", this.#redo);
    this.#plot?.destroy();
    this.#plot = null;
  }

  get #chart(): HTMLElement {
    return this.renderRoot.querySelector(".chart") as HTMLElement;
  }

  /** Is the attack a walk that sees labels only? */
  get #walks(): boolean {
    return this.playground.attack?.config.method === "basar";
  }

  /** A walk has no losses, but a distance. */
  get #shown(): CurveKind {
    return this.kind === "losses" && this.#walks ? "distance" : this.kind;
  }

  /** The lines that this attack has. */
  get #lines(): Curve[] {
    const restraint = this.playground.attack?.config.restraint ?? "ciasa";
    return linesOf(this.#shown, restraint);
  }

  #data(): uPlot.AlignedData {
    const reports = this.playground.attack?.reports ?? [];
    return [
      reports.map((r) => r.iteration),
      ...this.#lines.map((line) => reports.map(line.value)),
    ] as uPlot.AlignedData;
  }

  #rebuild(): void {
    this.#plot?.destroy();
    this.#plot = null;
    if (!this.playground.attack?.reports.length) return;
    const style = getComputedStyle(this);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: colour("--ink-3"),
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { show: false },
      font: "11px system-ui, sans-serif",
    };
    const probabilities = this.kind === "probabilities";
    const { clientWidth, clientHeight } = this.#chart;
    this.#plot = new uPlot(
      {
        width: clientWidth,
        height: Math.max(clientHeight, 120),
        legend: { show: false },
        cursor: { sync: { key: this.#key }, drag: { x: false, y: false }, points: { size: 6 } },
        scales: {
          x: { time: false, range: (_plot, min, max) => [min, Math.max(max, min + 5)] },
          y: probabilities
            ? { range: [0, 1] }
            : { range: (_plot, min, max) => [Math.min(0, min), max * 1.08 || 1] },
        },
        axes: [
          { ...axis, size: 26, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000], grid: { show: false } },
          {
            ...axis,
            size: 44,
            values: (_plot, ticks) =>
              ticks.map((tick) => (probabilities ? `${Math.round(tick * 100)} %` : digits(tick))),
          },
        ],
        series: [
          {},
          ...this.#lines.map((line) => ({
            label: line.name,
            stroke: colour(line.colour),
            width: 2,
            dash: line.dash,
            points: { show: (plot: uPlot) => plot.data[0].length < 3 },
          })),
        ],
        hooks: { setCursor: [() => this.requestUpdate()] },
      },
      this.#data(),
      this.#chart,
    );
  }

  /** The key of the shared cursor: one per playground, since a page may have several. */
  get #key(): string {
    let key = keys.get(this.playground);
    if (!key) {
      key = `ciasa-${++count}`;
      keys.set(this.playground, key);
    }
    return key;
  }

  #fit(): void {
    if (!this.#plot) return;
    const { clientWidth: width, clientHeight: height } = this.#chart;
    if (width > 0) this.#plot.setSize({ width, height: Math.max(height, 120) });
  }
}

const BEFORE =
  "What the network sees before the step's change. What is returned is judged after the last change.";

const keys = new WeakMap<object, string>();
let count = 0;
