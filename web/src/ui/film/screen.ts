import { css, html } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { asFailure, sentence } from "../../base/failure.ts";
import { Person, type Setting } from "../../body/person.ts";
import { Part, shared } from "../base.ts";
import { pace } from "../pace.ts";

/** The person or the two people on a canvas that follows the player. */
@customElement("ciasa-film-screen")
export class FilmScreen extends Part {
  static override styles = [
    shared,
    css`
      :host { display: block; position: relative; }
      canvas { display: block; width: 100%; border-radius: var(--radius-s); background: var(--sunken); }
      .names { position: absolute; inset: 10px 0 auto; display: flex; pointer-events: none; }
      .names span { flex: 1; }
      b { margin-left: 10px; padding: 3px 9px; border-radius: 6px; background: var(--surface); font-size: 13px; }
      @media (max-width: 720px) {
        .names { inset: 4px 0 auto; }
        b { margin-left: 4px; padding: 1px 5px; font-size: 11px; }
      }
      .clean { color: var(--clean); }
      .perturbed { color: var(--perturbed); }
      .bad { color: var(--bad); padding: 12px 0; }
    `,
  ];

  @property({ attribute: false }) setting: Setting = { seed: 1, yaw: 0 };
  @state() private trouble: string | null = null;
  @state() private canvases = 0;
  @query("canvas") private canvas!: HTMLCanvasElement;
  #person: Person | null = null;
  #begun: HTMLCanvasElement | null = null;
  #filmed: unknown[] = [];
  readonly #frame = (): void => this.#paint();

  override render() {
    const { clip, perturbed } = this.playground;
    const both = perturbed !== null;
    const label = `${clip?.name ?? "No clip"} as a person in a room${both ? ", clean and perturbed side by side" : ""}`;
    const width = both ? 1024 : 512;
    return html`
      ${keyed(
        this.canvases,
        html`<canvas role="img" aria-label=${label} width=${width} height="512"></canvas>`,
      )}
      <div class="names" aria-hidden="true"><span><b class="clean">Clean</b></span>
        ${both ? html`<span><b class="perturbed">Perturbed</b></span>` : ""}</div>
      ${this.trouble ? html`<p class="bad" role="alert">${this.trouble}</p>` : ""}
    `;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // A canvas whose context was released cannot be used again.
    if (this.hasUpdated) this.canvases += 1;
    this.playground.player.addEventListener("frame", this.#frame);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.playground.player.removeEventListener("frame", this.#frame);
    pace.drop(this.#draw);
    this.#person?.dispose();
    this.#person = null;
    this.#begun = null;
    this.#filmed = [];
  }

  override updated(): void {
    if (this.canvas !== this.#begun) void this.#begin();
    this.#film();
    this.#paint();
  }

  async #begin(): Promise<void> {
    const canvas = this.canvas;
    this.#begun = canvas;
    try {
      const person = await Person.create(canvas);
      if (canvas !== this.canvas || !this.isConnected) return person.dispose();
      this.#person = person;
      this.requestUpdate();
    } catch (thrown) {
      this.trouble = sentence(asFailure(thrown).message);
    }
  }

  /** Passes changes of clip and setting on. While an attack runs, its iterates come many times a second. */
  #film(): void {
    const { clip, perturbed } = this.playground;
    const now = [clip, perturbed, this.setting, this.#person];
    if (!this.#person || !clip || now.every((one, i) => one === this.#filmed[i])) return;
    this.#filmed = now;
    try {
      this.#person.film(clip, perturbed, this.setting);
      this.trouble = null;
    } catch (thrown) {
      this.trouble = sentence(asFailure(thrown).message);
    }
  }

  #paint(): void {
    if (this.#person && !this.trouble) pace.follow(this.#draw, this.playground);
  }

  readonly #draw = (): void => {
    const { clip, perturbed, player } = this.playground;
    if (!clip || this.#filmed[0] !== clip) return;
    this.#person?.draw(player.frame, perturbed ? "both" : "clean");
  };
}
