import { css, html, nothing, svg } from "lit";
import { customElement } from "lit/decorators.js";
import { ofFrames } from "../attack/attribution.ts";
import { displacement } from "../core/displacement.ts";
import { fieldValue, Part, shared } from "./base.ts";
import { back, forward, pause, peak, play } from "./icons.ts";
import { peaks as peaksOf } from "./peaks.ts";
import { length } from "./units.ts";

/** Play, pause and seek, with the mean joint displacement of each frame behind the slider. */
@customElement("ciasa-scrubber")
export class Scrubber extends Part {
  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: auto 1fr auto auto;
        gap: 4px 10px;
        align-items: center;
        padding: 8px 14px;
        border-top: 1px solid var(--line);
      }
      .buttons { display: flex; gap: 2px; }
      .buttons button { width: 34px; padding: 0; }
      .track { position: relative; height: 34px; }
      .track svg {
        position: absolute;
        inset: 0 8px 12px;
        width: calc(100% - 16px);
        height: 22px;
        pointer-events: none;
      }
      .track path {
        fill: var(--perturbed-soft);
        stroke: var(--perturbed);
        stroke-width: 1.2;
        vector-effect: non-scaling-stroke;
      }
      .track i {
        position: absolute;
        top: -3px;
        width: 0;
        transform: translateX(-50%);
        border: solid transparent;
        border-width: 6px 4px 0;
        border-top-color: var(--perturbed);
        pointer-events: none;
      }
      .mark { color: var(--perturbed); }
      .track input { position: absolute; inset: auto 0 0; }
      .time { color: var(--ink-2); font-size: 12.5px; min-width: 11ch; text-align: right; }
      select { min-height: 30px; padding: 0 4px; font-size: 12.5px; border-color: var(--line); }
      @media (pointer: coarse), (max-width: 720px) {
        :host { grid-template-columns: auto minmax(0, 1fr) auto; padding: 6px 10px; }
        .buttons button { width: 44px; }
        .track { grid-column: 1 / -1; grid-row: 1; height: 48px; }
        .track svg { inset: 0 8px 26px; }
        select { min-height: 44px; }
        /* Its two halves stand one below the other where a row is too short. */
        .time { min-width: 0; }
      }
    `,
  ];

  #profile: { data: Float32Array | null; why: unknown; path: string; most: number; peaks: number[] } = {
    data: null,
    why: null,
    path: "",
    most: 0,
    peaks: [],
  };
  readonly #tick = (): void => this.#frame();
  readonly #played = (): void => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    this.playground.player.addEventListener("frame", this.#tick);
    this.playground.player.addEventListener("change", this.#played);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.playground.player.removeEventListener("frame", this.#tick);
    this.playground.player.removeEventListener("change", this.#played);
  }

  override render() {
    const { player, clip, state } = this.playground;
    const off = clip === null;
    this.#measure();
    return html`
      <div class="buttons">
        <button class="plain" ?disabled=${off} aria-label="Frame back" title="Frame back"
          @click=${() => player.stepBy(-1)}>${back}</button>
        <button class="plain" ?disabled=${off} aria-label=${player.playing ? "Pause" : "Play"} title="Play or pause"
          @click=${() => player.toggle()}>
          ${player.playing ? pause : play}
        </button>
        <button class="plain" ?disabled=${off} aria-label="Frame forward" title="Frame forward"
          @click=${() => player.stepBy(1)}>${forward}</button>
        ${
          this.#profile.peaks.length > 0
            ? html`<button class="plain mark" aria-label="Next large perturbation" title="Next large perturbation"
          @click=${this.#next}>${peak}</button>`
            : nothing
        }
      </div>
      <div class="track">
        ${
          this.#profile.path
            ? html`<svg viewBox="0 0 100 22" preserveAspectRatio="none"
          aria-hidden="true">${svg`<path d=${this.#profile.path} />`}</svg>
              ${this.#profile.peaks.map((frame) => html`<i style="left:${this.#left(frame)}" aria-hidden="true"></i>`)}`
            : nothing
        }
        <input type="range" aria-label="Frame" min="0" max=${player.frames - 1} step="1" ?disabled=${off}
          @input=${this.#seek} @pointerdown=${this.#hold} />
      </div>
      <output class="time number"></output>
      <select aria-label="Play speed" @change=${this.#setSpeed}>
        ${[0.1, 0.25, 0.5, 1, 2].map(
          (speed) => html`<option value=${speed}
          ?selected=${speed === state.speed}>${speed}×</option>`,
        )}
      </select>
      ${
        this.#profile.path && this.playground.layout
          ? html`<span class="visually-hidden">In the most displaced frame, joints move by
            ${length(this.#profile.most, this.playground.layout)} on average.</span>`
          : nothing
      }
    `;
  }

  override updated(): void {
    this.#frame();
  }

  /** Sixty times a second, so it writes the two changing values without a redraw. */
  #frame(): void {
    const { player } = this.playground;
    const range = this.renderRoot.querySelector<HTMLInputElement>("input");
    const time = this.renderRoot.querySelector("output");
    if (!range || !time) return;
    const frame = Math.floor(player.frame);
    if (range.value !== String(frame)) range.value = String(frame);
    const words = `${(frame / player.fps).toFixed(2)} s · ${frame + 1}/${player.frames}`;
    if (time.textContent !== words) time.textContent = words;
    range.setAttribute("aria-valuetext", `frame ${frame + 1} of ${player.frames}`);
  }

  /** Where a frame is on the track; the thumb's middle stops 8 pixels before its ends. */
  #left(frame: number): string {
    const share = frame / Math.max(1, this.playground.player.frames - 1);
    return `calc(8px + (100% - 16px) * ${share.toFixed(4)})`;
  }

  #setSpeed = (event: Event): void => {
    this.playground.settings.set({ speed: Number(fieldValue(event)) });
  };

  /** While the clip plays, it stands still under the finger and goes on from there. */
  #seek = (event: Event): void => this.playground.player.seek(Number(fieldValue(event)));

  #hold = (): void => {
    const { player } = this.playground;
    player.hold(true);
    const release = () => player.hold(false);
    addEventListener("pointerup", release, { once: true });
    addEventListener("pointercancel", release, { once: true });
  };

  /** To the next frame where the perturbation is large, around the end. */
  #next = (): void => {
    const { player } = this.playground;
    const { peaks } = this.#profile;
    const next = peaks.find((frame) => frame > Math.round(player.frame)) ?? peaks[0];
    if (next === undefined) return;
    player.pause();
    player.seek(next);
    this.playground.announce(`Frame ${next + 1}, where the perturbation is large`);
  };

  #measure(): void {
    const { clip, layout, attack, attributed, state } = this.playground;
    const data = attack?.data ?? null;
    const why = state.attribution ? attributed.found : null;
    if (data === this.#profile.data && why === this.#profile.why) return;
    if (!clip || !layout || !data) {
      this.#profile = { data, why, path: "", most: 0, peaks: [] };
      return;
    }
    const means = displacement(clip, data);
    const most = means.reduce((a, b) => Math.max(a, b), 0);
    const drawn = why ? ofFrames(why, clip) : means;
    const highest = drawn.reduce((a, b) => Math.max(a, b), 0);
    const last = Math.max(1, drawn.length - 1);
    const points = [...drawn].map(
      (value, t) =>
        `${((t / last) * 100).toFixed(2)} ${(21 - Math.max(0, value / (highest || 1)) * 19).toFixed(2)}`,
    );
    this.#profile = {
      data,
      why,
      most,
      peaks: peaksOf(drawn),
      path: most > 0 ? `M0 22L${points.join("L")}L100 22` : "",
    };
  }
}
