import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { Part, shared } from "./base.ts";
import { cross, pause, play, reset, stepForward } from "./icons.ts";

/** Run, pause, step, cancel, reset; and how far the attack is. */
@customElement("ciasa-run-bar")
export class RunBar extends Part {
  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 8px; padding: 12px 16px 14px; background: var(--surface); border-radius: 0 0 var(--radius) var(--radius); }
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
    const { session } = this;
    const { run, attacking, model } = session;
    const running = run?.status === "running";
    const paused = run?.status === "paused";
    const able = model !== null && session.before !== null && session.claim === null;
    return html`
      ${run ? html`<progress max=${run.config.iterations} value=${run.last?.iteration ?? 0} aria-label="Steps of the attack"></progress>` : nothing}
      <div class="buttons">
        ${
          running
            ? html`<button class="primary" @click=${() => run.pause()}>${pause} Pause</button>`
            : html`<button class="primary" ?disabled=${!able} @click=${() => session.attack()}>${play} ${paused ? "Go on" : run ? "Run again" : "Run attack"}</button>`
        }
        <button class="square" title="One step" aria-label="Step" ?disabled=${!able || running} @click=${() => session.attack(true)}>${stepForward}</button>
        <button class="square" title="Cancel the attack" aria-label="Cancel" ?disabled=${!attacking} @click=${() => session.cancel()}>${cross}</button>
        <button class="square" title="Back to the clean clip" aria-label="Reset" ?disabled=${!run} @click=${() => session.reset()}>${reset}</button>
      </div>
      <p class="hint">${this.#status(able)}</p>
    `;
  }

  #status(able: boolean) {
    const { run, engine, clip, layout, claim, unreadable } = this.session;
    if (claim)
      return html`${claim.words} <button class="small" @click=${() => claim.hold()}>Pause it</button> to attack here.`;
    if (!run) {
      if (able) return "Ready.";
      if (!engine.wanted) return "Load the engine to attack.";
      if (engine.state.status !== "ready") return "The engine is on its way.";
      if (unreadable)
        return `No network here reads clips of ${layout?.name ?? clip?.layout}: this one can be watched but not attacked.`;
      if (engine.loading) return "The network is on its way.";
      return "The recogniser is looking at the clip.";
    }
    const step = html`Step <span class="number">${run.last?.iteration ?? 0} of ${run.config.iterations}</span>`;
    if (run.status === "paused") return html`${step}, paused.`;
    if (run.status === "running") return run.last ? step : "The first step is being computed.";
    const ends = {
      held: "the target holds",
      iterations: "all steps taken",
      cancelled: "cancelled, the last clip stays",
      error: "stopped by an error, the last clip stays",
    };
    return html`${step}: ${run.end ? ends[run.end] : "ended"}.`;
  }
}
