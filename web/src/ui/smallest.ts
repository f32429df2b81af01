import { css, html, nothing, svg } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ActiveSearch } from "../attack/active-search.ts";
import { roundedUp } from "../attack/config.ts";
import { mostSteps } from "../core/attack-config.ts";
import type { Trial } from "../core/types.ts";
import { Part, shared } from "./base.ts";
import { digits, percent } from "./units.ts";

const ABOUT = "Searches for the smallest epsilon with which this attack succeeds.";

/** How little is enough: the search for the smallest epsilon, its progress and its result. */
@customElement("ciasa-smallest")
export class Smallest extends Part {
  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 6px; border-top: 1px solid var(--line); padding-top: 8px; }
      .result { font-size: 13px; }
      .row { display: flex; flex-wrap: wrap; gap: 6px 10px; align-items: center; }
      svg { display: block; width: 100%; height: auto; max-width: 420px; overflow: visible; }
      text { font: 11px var(--font); fill: var(--ink-3); }
    `,
  ];

  /** Can an attack start? */
  @property({ type: Boolean }) able = false;

  override render() {
    const { playground } = this;
    const { attacking, search, searchObstacle } = playground;
    const able = this.able && !attacking && searchObstacle === null;
    return html`
      <div class="row">
        ${
          search?.running
            ? html`<button class="small" @click=${() => playground.cancel()}>Cancel the search</button>`
            : html`<button class="small" ?disabled=${!able} aria-describedby="about"
              @click=${() => playground.startSearch()}>Smallest epsilon</button>`
        }
        ${search?.running ? html`<span class="hint number">${this.#progress(search)}</span>` : nothing}
      </div>
      <div class="hint" id="about">${searchObstacle ?? ABOUT}</div>
      ${search && search.trials.length > 0 ? this.#plot(search.trials) : nothing}
      ${search?.end ? html`<div class="result">${this.#result(search)}</div>` : nothing}
      ${
        search?.found && !search.running
          ? html`<div class="row">
            <button class="small" ?disabled=${attacking} @click=${() => playground.useFound()}>Use it</button>
            <span class="hint">The stage shows the clip that was found.</span>
          </div>`
          : nothing
      }
    `;
  }

  #progress({ step, config }: ActiveSearch): string {
    if (!step) return "Computing the first step.";
    const taken = `${step.step.iteration} of ${mostSteps(config)} steps`;
    return `Trying ${this.#words(step.epsilon)}: ${taken}`;
  }

  #result({ end, found, trials }: ActiveSearch): string {
    const cancelled = end === "cancelled" ? "Cancelled. " : end === "error" ? "Stopped by an error. " : "";
    if (found) {
      const { height } = this.playground;
      const epsilon = roundedUp(found.epsilon);
      const share = height ? ` (${digits((epsilon / height) * 100)} % of the height)` : "";
      return `${cancelled}${this.#words(epsilon)}${share} is enough.`;
    }
    if (trials.length === 0) return cancelled;
    const most = Math.max(...trials.map(({ epsilon }) => epsilon));
    return `${cancelled}${this.#words(most)} is not enough for this attack.`;
  }

  #words(epsilon: number): string {
    const unit = this.playground.layout?.unit === "m" ? "m" : "of the picture";
    return `${Number(epsilon.toPrecision(3))} ${unit}`;
  }

  /** The epsilons that were tried, on a logarithmic axis, and the probability reached with each. */
  #plot(trials: Trial[]) {
    const logs = trials.map(({ epsilon }) => Math.log(epsilon));
    const [low, high] = [Math.min(...logs), Math.max(...logs)];
    const x = (epsilon: number) => (high > low ? 40 + ((Math.log(epsilon) - low) / (high - low)) * 246 : 163);
    const y = (p: number) => 82 - p * 70;
    const reached = trials.filter((trial) => trial.reached).length;
    const label =
      `${trials.length} epsilons tried from ${this.#words(Math.exp(low))} to ${this.#words(Math.exp(high))}: ` +
      `${reached} succeeded, ${trials.length - reached} failed`;
    const ends = high > low ? [Math.exp(low), Math.exp(high)] : [Math.exp(low)];
    return html`<svg viewBox="0 0 316 112" role="img" aria-label=${label}>
      ${[0, 0.5, 1].map(
        (p) => svg`<path d="M32 ${y(p)}H300" stroke="var(--line)" /><text x="28" y=${y(p) + 4}
          text-anchor="end">${p * 100} %</text>`,
      )}
      ${ends.map(
        (epsilon) =>
          svg`<text x=${x(epsilon)} y="108" text-anchor="middle">${Number(epsilon.toPrecision(2))}</text>`,
      )}
      ${trials.map(
        ({ epsilon, p, reached: is }) =>
          svg`<g><title>${this.#words(epsilon)}: ${is ? "succeeded" : "failed"}, ${percent(p)}</title>${
            is
              ? svg`<path d="M${x(epsilon)} ${y(p) - 5}l5 5-5 5-5-5z" fill="var(--perturbed)" />`
              : svg`<circle cx=${x(epsilon)} cy=${y(p)} r="4" fill="var(--surface)" stroke="var(--ink-2)"
              stroke-width="1.6" />`
          }</g>`,
      )}
    </svg>
    <div class="hint">Probability of the target over epsilon: a filled mark succeeded, an open one failed.</div>`;
  }
}
