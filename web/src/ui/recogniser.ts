import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import type { Recognition } from "../engine/protocol.ts";
import { percent } from "../units.ts";
import { fieldValue, Part, shared } from "./base.ts";

/** The five classes that the network holds likeliest, before and after. */
@customElement("ciasa-recogniser")
export class Recogniser extends Part {
  static override styles = [
    shared,
    css`
      :host { display: block; padding: 14px 16px 16px; }
      .head { display: flex; justify-content: space-between; align-items: center; gap: 10px; }
      .columns { display: grid; grid-template-columns: 1fr 1fr; gap: 18px; margin-top: 10px; }
      h3 { font-size: 12px; font-weight: 550; color: var(--ink-2); margin-bottom: 6px; }
      ol { display: grid; gap: 7px; }
      li { display: grid; grid-template-columns: 1fr auto; gap: 2px 8px; font-size: 12.5px; }
      li span:first-child { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      .bar { grid-column: 1 / -1; height: 6px; border-radius: 3px; background: var(--sunken); overflow: hidden; }
      .bar i { display: block; height: 100%; border-radius: 3px; background: var(--clean); min-width: 2px; }
      .after .bar i {
        background: repeating-linear-gradient(-55deg, var(--perturbed) 0 4px, color-mix(in oklab, var(--perturbed) 62%, var(--surface)) 4px 6px);
      }
      .first { font-weight: 620; }
      .none { color: var(--ink-3); font-size: 12.5px; }
      .about { margin-top: 12px; }
    `,
  ];

  override render() {
    const { before, run, model, clip } = this.session;
    const entry = clip ? this.session.library.find(clip.id) : undefined;
    const row = this.session.engine.models.find((one) => one.id === model?.id);
    return html`
      <div class="head"><h2>What the network sees</h2>${this.#choice()}</div>
      <div class="columns">
        <section aria-label="Before the attack">
          <h3>Before</h3>
          ${this.#list(before?.top, model?.classes ?? run?.classes, "Waiting for the engine.")}
        </section>
        <section class="after" aria-label="After the attack">
          <h3>After</h3>
          ${this.#list(run?.after ?? undefined, run?.classes, run ? "First step is being computed." : "Run an attack to compare.")}
        </section>
      </div>
      ${
        model
          ? html`<p class="hint about">${model.name}${row ? html`, ${(row.accuracy.top1 * 100).toFixed(1)} % right on unseen people` : nothing}.
        ${entry?.outOfDistribution ? html`This clip is out of distribution, so its label may well be wrong from the start.` : nothing}</p>`
          : nothing
      }
    `;
  }

  /** Several networks may read this layout. */
  #choice() {
    const { engine, clip, model, settings, attacking, claim } = this.session;
    const fits = engine.models.filter((one) => one.layout === clip?.layout);
    if (fits.length < 2) return nothing;
    return html`<select aria-label="Network" ?disabled=${attacking || claim !== null} @change=${(event: Event) => settings.set({ model: fieldValue(event) })}>
      ${fits.map((one) => html`<option value=${one.id} ?selected=${one.id === model?.id}>${one.name}</option>`)}
    </select>`;
  }

  #list(top: Recognition["top"] | undefined, classes: string[] | undefined, empty: string) {
    if (!top || !classes) return html`<p class="none">${empty}</p>`;
    return html`<ol>
      ${top.map(
        ({ index, p }, rank) => html`<li class=${rank === 0 ? "first" : ""}>
        <span title=${classes[index] ?? ""}>${classes[index]}</span><span class="number">${percent(p)}</span>
        <span class="bar" aria-hidden="true"><i style="width:${(p * 100).toFixed(1)}%"></i></span>
      </li>`,
      )}
    </ol>`;
  }
}
