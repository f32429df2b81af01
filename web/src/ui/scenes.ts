import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { type Scene, scenes } from "../attack/scenes.ts";
import { Part, shared } from "./base.ts";

/** The paper's figures as scenes: a click shows one and runs its attack. */
@customElement("ciasa-scenes")
export class Scenes extends Part {
  static override styles = [
    shared,
    css`
      :host { display: block; padding: 14px 16px 16px; }
      .figures { display: grid; grid-template-columns: max-content 1fr; gap: 8px 14px; margin-top: 8px; }
      h3 { font-size: 12.5px; font-weight: 600; color: var(--ink-2); line-height: 28px; }
      .row { display: flex; flex-wrap: wrap; gap: 8px; }
      button[aria-pressed="true"] { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
      .about { margin-top: 10px; min-height: 18px; color: var(--ink-2); font-size: 13px; }
      @media (max-width: 720px) { .figures { grid-template-columns: 1fr; gap: 2px; } }
    `,
  ];

  @state() private shown: Scene | null = null;

  override render() {
    return html`
      <h2>Scenes of the paper's figures</h2>
      <p class="hint">A click sets clip, attack and view, and runs the attack. The clip is one of this gallery.</p>
      <div class="figures">
        ${(["3", "6", "7"] as const).map(
          (figure) => html`<h3>Figure ${figure}</h3>
          <div class="row">${scenes
            .filter((scene) => scene.figure === figure)
            .map((scene) => this.#button(scene))}</div>`,
        )}
      </div>
      ${this.shown ? html`<p class="about" role="status">${this.shown.about}</p>` : nothing}
    `;
  }

  #button(scene: Scene) {
    const show = () => {
      this.shown = scene;
      this.dispatchEvent(new Event("scene"));
      void this.playground.showScene(scene.settings);
    };
    return html`<button class="small" aria-pressed=${scene === this.shown} @click=${show}>${scene.name}</button>`;
  }
}
