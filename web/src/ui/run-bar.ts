import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { mostSteps } from "../core/attack-config.ts";
import { Part, shared } from "./base.ts";
import "./smallest.ts";
import { cross, pause, play, reset, stepForward } from "./icons.ts";

/** The buttons run, pause, step, cancel and reset, and the progress of the attack. */
@customElement("ciasa-run-bar")
export class RunBar extends Part {
  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: 8px;
        padding: 12px 16px 14px;
        background: var(--surface);
        border-radius: 0 0 var(--radius) var(--radius);
      }
      .buttons { display: grid; grid-template-columns: 1fr auto auto auto; gap: 6px; }
      .buttons button { min-height: 40px; }
      .primary { font-weight: 620; }
      progress { height: 4px; color: var(--perturbed); }
      p { min-height: 17px; }
      .square { width: 40px; padding: 0; }
      @media (pointer: coarse), (max-width: 720px) { .buttons button { min-height: 46px; } .square { width: 46px; } }
    `,
  ];

  override render() {
    const { playground } = this;
    const { attack, attacking, model } = playground;
    const running = attack?.status === "running";
    const paused = attack?.status === "paused";
    const searching = playground.search?.running ?? false;
    const known = model !== null && playground.before !== null && playground.claim === null;
    const able = known && !searching && (attacking || playground.targetObstacle === null);
    return html`
      ${
        attack
          ? html`<progress max=${mostSteps(attack.config)} value=${attack.last?.iteration ?? 0}
        aria-label="Steps of the attack"></progress>`
          : nothing
      }
      <div class="buttons">
        ${
          running
            ? html`<button class="primary" @click=${() => attack.pause()}>${pause} Pause</button>`
            : html`<button class="primary" ?disabled=${!able} @click=${() => playground.startAttack()}>${play}
              ${paused ? "Resume" : attack ? "Run again" : "Run attack"}</button>`
        }
        <button class="square" title="One step" aria-label="Step" ?disabled=${!able || running}
          @click=${() => playground.startAttack(true)}>${stepForward}</button>
        <button class="square" title="Cancel the attack or the search" aria-label="Cancel" ?disabled=${!attacking}
          @click=${() => playground.cancel()}>${cross}</button>
        <button class="square" title="Back to the clean clip" aria-label="Reset"
          ?disabled=${!attack && !playground.search} @click=${() => playground.reset()}>${reset}</button>
      </div>
      <p class="hint">${this.#status(able)}</p>
      <ciasa-smallest .playground=${playground} .able=${able}></ciasa-smallest>
    `;
  }

  #status(able: boolean) {
    const { attack, search, engine, clip, layout, claim, unreadable, targetObstacle } = this.playground;
    if (claim)
      return html`${claim.words} <button class="small" @click=${() => claim.pause()}>Pause it</button> to attack here.`;
    if (targetObstacle && !this.playground.attacking) return targetObstacle;
    if (search?.running) return "Searching for the smallest epsilon.";
    if (!attack) {
      if (able) return "Ready.";
      if (!engine.wanted) return "Load the engine to attack.";
      if (engine.state.status === "failed") return "The engine stopped. Start it again to attack.";
      if (engine.state.status !== "ready") return "The engine is loading.";
      const skeleton = layout?.name ?? clip?.layout;
      if (unreadable)
        return `No network here reads clips of ${skeleton}: this one can be watched but not attacked.`;
      if (engine.loading) return "The network is loading.";
      return "Recognising the clip.";
    }
    const unit = attack.config.method === "basar" ? "Query" : "Step";
    const taken = `${attack.last?.iteration ?? 0} of ${mostSteps(attack.config)}`;
    const step = html`${unit} <span class="number">${taken}</span>`;
    if (attack.status === "paused") return html`${step}, paused.`;
    if (attack.status === "running") return attack.last ? step : "Computing the first step.";
    const ends = {
      held: "the target holds",
      iterations: "all steps taken",
      cancelled: "cancelled, the last clip stays",
      error: `stopped by an error, the ${attack.kept === null ? "last" : "best"} clip stays`,
    };
    return html`${step}: ${attack.end ? ends[attack.end] : "ended"}.`;
  }
}
