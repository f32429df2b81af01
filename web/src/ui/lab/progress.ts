import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { sentence } from "../../base/failure.ts";
import { duration, remaining } from "../../lab/time.ts";
import { shared } from "../base.ts";
import { pause, play } from "../icons.ts";
import { LabPart } from "./base.ts";

/** The buttons start, pause, cancel and clear; the progress of the sweep, the time left, and errors. */
@customElement("ciasa-lab-progress")
export class LabProgress extends LabPart {
  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 8px; }
      .buttons { display: flex; gap: 6px; }
      .buttons button { min-height: 40px; white-space: nowrap; }
      .primary { flex: 1; font-weight: 620; }
      progress { color: var(--perturbed); }
      .bad {
        padding: 10px 12px;
        border: 1px solid var(--bad);
        border-left-width: 5px;
        border-radius: var(--radius-s);
        background: var(--bad-soft);
        display: grid;
        gap: 2px;
        overflow-wrap: anywhere;
      }
      .bad strong { color: var(--bad); }
      .hint { min-height: 17px; }
      @media (pointer: coarse), (max-width: 720px) { .buttons button { min-height: 46px; } }
    `,
  ];

  readonly #step = (): void => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    this.lab.addEventListener("step", this.#step);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.lab.removeEventListener("step", this.#step);
  }

  override render() {
    const { lab } = this;
    const all = lab.plan.tasks.length;
    const done = all - lab.open;
    return html`
      ${this.#troubles(done, all)}
      <progress max=${Math.max(all, 1)} value=${done} aria-label="Rows of the sweep"></progress>
      <div class="buttons">${lab.ground || this.playground.engine.wanted ? this.#buttons(done) : this.#load()}</div>
      <p class="hint number">${this.#words(done, all)}</p>
    `;
  }

  #load() {
    return html`<button class="primary" @click=${() => this.playground.startEngine()}>Load the engine</button>`;
  }

  #buttons(done: number) {
    const { lab } = this;
    const able = lab.obstacle === null && (lab.busy || lab.open > 0);
    return html`
      ${
        lab.status === "running"
          ? html`<button class="primary" @click=${() => lab.pause()}>${pause} Pause sweep</button>`
          : html`<button class="primary" ?disabled=${!able} @click=${this.#start}>${play}
            ${lab.busy || (done > 0 && lab.open > 0) ? "Resume" : "Run sweep"}</button>`
      }
      <button aria-label="Cancel the sweep" ?disabled=${!lab.busy} @click=${() => lab.cancel()}>Cancel</button>
      <button ?disabled=${lab.busy || done === 0} title="Delete the rows of this sweep"
        @click=${() => lab.clear()}>Clear</button>
    `;
  }

  #words(done: number, all: number) {
    const { lab } = this;
    if (lab.obstacle && !lab.busy) return lab.obstacle;
    const count = `${done} of ${all} rows`;
    if (all > 0 && done === all) return `${count}: complete.`;
    const left = remaining(lab.plan.tasks, lab.rows);
    const time = left === null ? "time left unknown until the first row" : `about ${duration(left)} left`;
    if (!lab.now) return `${count}, ${time}.`;
    const { tasks, taken } = lab.now;
    const [task] = tasks;
    const others = tasks.length > 1 ? ` and ${tasks.length - 1} more at once` : "";
    const where = task ? `${task.clip.name}, ${task.setting.name}${others}` : "";
    const step = taken > 0 && task && task.setting.config.iterations > 1 ? `, step ${taken}` : "";
    return lab.status === "paused"
      ? html`Paused at ${where}. ${count}, ${time}. ${lab.obstacle ?? nothing}`
      : html`${where}${step}. ${count}, ${time}.`;
  }

  #troubles(done: number, all: number) {
    const { failure, troubles } = this.lab;
    const causes = [...new Set(troubles.values())];
    return html`
      ${
        failure
          ? html`<div class="bad" role="alert"><strong>The sweep stopped.</strong>
            <span>${sentence(failure.message)}</span>
            <span class="hint">Kept: ${done} of ${all} rows. “Resume” continues with the next
              one${this.#gpu ? ", on the CPU if you choose it above" : ""}.</span></div>`
          : nothing
      }
      ${
        causes.length > 0
          ? html`<div class="bad" role="status"><strong>${troubles.size} ${troubles.size === 1 ? "row" : "rows"}
            could not be computed.</strong>
            ${causes.slice(0, 3).map((cause) => html`<span>${cause}</span>`)}
            <span class="hint">“Resume” tries them again.</span></div>`
          : nothing
      }
    `;
  }

  get #gpu(): boolean {
    return this.playground.state.engine !== "cpu";
  }

  #start = (): void => {
    this.playground.announce("The sweep is running");
    void this.lab.start();
  };
}
