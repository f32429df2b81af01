import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import type { Judged, Outcome } from "../core/types.ts";
import { FLAGS } from "../generated/constants.ts";
import { Part, shared } from "./base.ts";
import { percent } from "./units.ts";

/** Which iterate an attack has returned, and what speaks against its result. Empty until the attack is over. */
@customElement("ciasa-outcome")
export class OutcomeLine extends Part {
  static override styles = [
    shared,
    css`
      :host { display: block; padding: 8px 18px 10px; border-top: 1px solid var(--line); }
      :host { font-size: 12.5px; color: var(--ink-2); }
      :host([hidden]) { display: none; }
      p, summary { font-size: 12.5px; line-height: 1.4; }
      details { margin-top: 2px; }
      summary { min-height: 28px; color: var(--ink); }
      ul { display: grid; gap: 4px; padding: 4px 0 4px 18px; list-style: disc; max-width: 76ch; }
      @media (pointer: coarse), (max-width: 720px) { summary { min-height: 44px; } }
      @media (max-width: 480px) { :host { padding: 6px 14px 8px; } }
    `,
  ];

  override willUpdate(): void {
    super.willUpdate();
    this.hidden = this.#outcome === null;
  }

  override render() {
    const outcome = this.#outcome;
    const steps = this.playground.attack?.last?.iteration ?? 0;
    if (!outcome) return nothing;
    const { flags } = outcome;
    return html`
      <p>${returned(outcome, steps)}</p>
      ${
        flags.length > 0
          ? html`<details>
        <summary>Read with care: ${flags.length} ${flags.length === 1 ? "reason" : "reasons"}</summary>
        <ul>${flags.map((flag) => html`<li>${FLAGS[flag]}</li>`)}</ul>
      </details>`
          : nothing
      }
    `;
  }

  get #outcome(): Outcome | null {
    const { attack } = this.playground;
    return attack?.status === "ended" ? (attack.last?.outcome ?? null) : null;
  }
}

/** In words, which iterate is returned. `steps`: taken by all starts together. */
export function returned({ last, best, returnedBest }: Outcome, steps: number): string {
  const each = (one: Judged) =>
    one.pTarget === null ? `original at ${percent(one.pOriginal)}` : `target at ${percent(one.pTarget)}`;
  if (!returnedBest || !best) return `Returned: the last of ${counted(steps)}, ${each(last)}.`;
  if (best.updates === last.updates)
    return `Returned: the best of ${counted(steps)}, which is the last; ${each(best)}.`;
  const which = best.updates === 0 ? "the clean clip" : `step ${best.updates}`;
  return `Returned: the best of ${counted(steps)}, ${which}, ${each(best)}; the last one: ${each(last)}.`;
}

const counted = (steps: number) => (steps === 1 ? "1 step" : `${steps} steps`);
