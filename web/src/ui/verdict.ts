import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { Part, shared } from "./base.ts";
import { percent } from "./units.ts";

/** The network's class for the clip, before and after the attack. */
@customElement("ciasa-verdict")
export class Verdict extends Part {
  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: 1fr auto 1fr;
        gap: 8px 16px;
        align-items: center;
        padding: 12px 18px;
      }
      .side { min-width: 0; }
      .side.after { text-align: right; }
      .who { font-size: 12px; color: var(--ink-3); display: inline-flex; gap: 6px; align-items: center; }
      .dot { width: 9px; height: 9px; border-radius: 50%; background: var(--clean); flex: none; }
      .after .dot { border-radius: 1px; transform: rotate(45deg); background: var(--perturbed); }
      .label {
        font-size: 21px;
        line-height: 1.25;
        font-weight: 640;
        letter-spacing: -0.012em;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .label .number { font-weight: 450; font-size: 15px; color: var(--ink-2); letter-spacing: 0; margin-left: 2px; }
      .before .label { color: var(--clean); }
      .after .label { color: var(--perturbed); }
      .label.none, .before .label.none, .after .label.none {
        color: var(--ink-3);
        font-weight: 450;
        font-size: 16px;
        line-height: 26px;
      }
      .arrow { color: var(--ink-3); font-size: 12px; display: grid; justify-items: center; gap: 1px; min-width: 76px; }
      .arrow svg { width: 44px; height: 12px; }
      .flipped { color: var(--perturbed); font-weight: 600; }
      @media (max-width: 480px) {
        :host { padding: 10px 14px; gap: 4px 8px; }
        .label { font-size: 17px; white-space: normal; overflow-wrap: anywhere; }
        .arrow { min-width: 48px; }
        .label .number { display: block; font-size: 13px; line-height: 1.2; }
      }
    `,
  ];

  override render() {
    const { before, attack, search, engine, model, unreadable, held } = this.playground;
    const classes = model?.classes ?? attack?.classes ?? search?.classes ?? [];
    const [clean] = before?.top ?? [];
    const [now] = attack?.after ?? search?.found?.after ?? [];
    const flipped = attack?.fooled ?? (now !== undefined && clean !== undefined && now.index !== clean.index);
    const none = attack ? "first step…" : search?.running ? "searching…" : "not attacked yet";
    return html`
      <div class="side before">
        <span class="who"><span class="dot"></span>Clean clip</span>
        ${
          clean
            ? html`<div class="label">${classes[clean.index]} <span class="number">${percent(clean.p)}</span></div>`
            : html`<div class="label none">${
                unreadable
                  ? "no network reads it"
                  : held
                    ? "waits for the Lab"
                    : waiting(engine.state.status, model !== null)
              }</div>`
        }
      </div>
      <div class="arrow">
        ${flipped ? html`<span class="flipped">label flipped</span>` : html`<span>attack</span>`}
        <svg viewBox="0 0 44 12" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"
          stroke-linejoin="round" aria-hidden="true"
          ><path d="M1 6h41M37 1.5 42.5 6 37 10.5" /></svg>
        ${
          attack?.last
            ? html`<span class="number">${attack.last.iteration}
          ${attack.last.iteration === 1 ? "step" : "steps"}</span>`
            : nothing
        }
      </div>
      <div class="side after">
        <span class="who"><span class="dot"></span>Perturbed clip</span>
        ${
          now
            ? html`<div class="label">${classes[now.index]} <span class="number">${percent(now.p)}</span></div>`
            : html`<div class="label none">${none}</div>`
        }
      </div>
    `;
  }
}

function waiting(status: string, model: boolean): string {
  if (status === "ready") return model ? "recognising…" : "no recogniser yet";
  if (status === "loading" || status === "starting") return "engine is loading…";
  return status === "failed" ? "engine stopped" : "engine not loaded";
}
