import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { type Attribution, ofJoints } from "../attack/attribution.ts";
import { Part, shared } from "./base.ts";
import { digits } from "./units.ts";

/** Joints that are listed at first. */
const MOST = 8;

/** What each joint contributed to the change of the network's answer. */
@customElement("ciasa-attribution")
export class AttributionCard extends Part {
  static override styles = [
    shared,
    css`
      :host { display: block; padding: 14px 16px; }
      :host([hidden]) { display: none; }
      ol { display: grid; gap: 6px; margin: 10px 0; }
      li { display: grid; grid-template-columns: minmax(92px, 30%) 1fr 6ch; gap: 10px; align-items: center; }
      li { font-size: 13px; }
      .bar { height: 10px; background: var(--sunken); border-radius: 3px; overflow: hidden; }
      .bar i { display: block; height: 100%; background: var(--bad); }
      .bar.against i { background: repeating-linear-gradient(90deg, var(--clean) 0 4px, var(--clean-soft) 4px 7px); }
      .number { text-align: right; }
    `,
  ];

  override willUpdate(): void {
    super.willUpdate();
    this.hidden = !this.playground.state.attribution;
  }

  override render() {
    const { attributed, attack, clip, layout, state } = this.playground;
    if (!state.attribution || !clip || !layout) return nothing;
    return html`<h2>What each joint contributed</h2>
      ${
        attributed.found
          ? this.#list(attributed.found)
          : html`<p class="hint" role="status">${waiting(attack !== null, attributed.computing)}</p>`
      }`;
  }

  #list(attribution: Attribution) {
    const { attack, clip, layout } = this.playground;
    if (!attack || !clip || !layout) return nothing;
    const sums = ofJoints(attribution, clip);
    const order = sums.map((_, joint) => joint).sort((a, b) => size(sums, b) - size(sums, a));
    const most = size(sums, order[0] ?? 0) || 1;
    const [from, to] = [attack.classes[attribution.from], attack.classes[attribution.to]];
    return html`
      <p class="hint">Towards “${to}” and away from “${from}”, in logits: the gradient times the change of each joint,
        averaged along the line from the clean clip. All joints together: ${digits(attribution.change)}.</p>
      <ol>${order.slice(0, MOST).map((joint) => {
        const value = sums[joint] ?? 0;
        const width = `${((Math.abs(value) / most) * 100).toFixed(1)}%`;
        return html`<li><span>${layout.joints[joint]}</span>
          <span class="bar ${value < 0 ? "against" : ""}"><i style="width:${width}"></i></span>
          <span class="number">${value < 0 ? "−" : ""}${digits(Math.abs(value))}</span></li>`;
      })}</ol>
      <p class="hint">On the stage, warm and large joints of the attacked figure contributed most in that frame; the
        curve above the slider is their sum.</p>`;
  }
}

const size = (sums: number[], joint: number) => Math.abs(sums[joint] ?? 0);

function waiting(attacked: boolean, computing: boolean): string {
  if (computing) return "Computing the contributions.";
  return attacked ? "They are computed when the attack pauses or ends." : "Run an attack to see them.";
}
