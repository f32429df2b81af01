import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import type { Answer, Kept } from "../attack/kept.ts";
import type { LayoutInfo } from "../core/layout.ts";
import { peerName, peerOf } from "../core/peers.ts";
import { Part, shared } from "./base.ts";
import { rows as sizes } from "./figures.ts";
import { length, percent } from "./units.ts";

type Row = { name: string; show: (result: Kept, layout: LayoutInfo) => string };

const rows: Row[] = [
  { name: "Network", show: ({ network }) => network },
  { name: "Attack", show: ({ config }) => peerName(peerOf(config)) },
  { name: "Target", show: target },
  { name: "Epsilon", show: epsilon },
  { name: "Steps", show: ({ steps }) => String(steps) },
  { name: "Clean clip", show: ({ clean }) => answerWords(clean) },
  { name: "Perturbed clip", show: ({ now }) => answerWords(now) },
  ...sizes.map(({ name, show }) => ({
    name,
    show: ({ figures }: Kept, layout: LayoutInfo) => show(figures, layout),
  })),
];

/** Two results of one clip as a table: the kept one and the current one. */
@customElement("ciasa-comparison")
export class ComparisonCard extends Part {
  static override styles = [
    shared,
    css`
      :host { display: block; padding: 14px 16px; grid-column: 1 / -1; }
      :host([hidden]) { display: none; }
      table { width: 100%; border-collapse: collapse; margin-top: 8px; font-size: 13px; table-layout: fixed; }
      th, td { text-align: left; padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line); }
      th, td { vertical-align: top; overflow-wrap: anywhere; }
      tbody th { font-weight: 450; color: var(--ink-2); }
      tr.differs td { font-weight: 620; }
    `,
  ];

  override willUpdate(): void {
    super.willUpdate();
    this.hidden = this.playground.comparison.kept === null;
  }

  override render() {
    const { comparison, layout } = this.playground;
    const { kept, current } = comparison;
    if (!kept || !layout) return nothing;
    return html`<h2>Comparison</h2>
      ${current ? nothing : html`<p class="hint">Run another attack, or choose another network and attack it.</p>`}
      <table>
        <thead><tr><td></td><th scope="col">Kept</th><th scope="col">Current</th></tr></thead>
        <tbody>${rows.map(({ name, show }) => {
          const [left, right] = [show(kept, layout), current ? show(current, layout) : "–"];
          return html`<tr class=${current && left !== right ? "differs" : ""}><th scope="row">${name}</th>
            <td>${left}</td><td>${right}</td></tr>`;
        })}</tbody>
      </table>`;
  }
}

/** An answer as a class with its probability. */
export const answerWords = ({ label, p }: Answer): string => `${label} ${percent(p)}`;

function target({ config, classes }: Kept): string {
  const { target } = config;
  if (target.kind === "class") return classes[target.index] ?? "";
  return target.kind === "untargeted" ? "untargeted" : "least likely class";
}

function epsilon({ config }: Kept, layout: LayoutInfo): string {
  const each = [config.epsilon].flat();
  const [least, most] = [Math.min(...each), Math.max(...each)];
  return least === most ? length(most, layout) : `${length(least, layout)} to ${length(most, layout)}`;
}
