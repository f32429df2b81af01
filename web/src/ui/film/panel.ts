import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { asFailure, sentence } from "../../base/failure.ts";
import { FILMED, type Setting } from "../../body/person.ts";
import { pictures, Reel } from "../../body/reel.ts";
import { fileStem, save } from "../../files/exports.ts";
import { recordVideo } from "../../files/video.ts";
import { fieldValue, Part, shared } from "../base.ts";
import { download } from "../icons.ts";
import "./camera.ts";
import "./screen.ts";

/** The film of the clip on the stage: camera and person, and files of it. */
@customElement("ciasa-film-panel")
export class FilmPanel extends Part {
  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 14px; padding: 0 20px 18px; }
      ciasa-film-screen { max-width: 1024px; }
      ciasa-film-screen.single { max-width: 512px; }
      .bar { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; }
      .yaw {
        display: grid;
        grid-template-columns: auto minmax(120px, 220px) 5ch;
        gap: 10px;
        align-items: center;
        font-size: 13px;
      }
      .bad { color: var(--bad); }
      @media (max-width: 720px) {
        .yaw { width: 100%; grid-template-columns: auto 1fr 5ch; }
      }
    `,
  ];

  @state() private setting: Setting = { seed: 1, yaw: 20 };
  /** The file that is being written, and how much of it, 0 to 1. */
  @state() private writing: { words: string; share: number; stop: AbortController } | null = null;
  @state() private trouble: string | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.writing?.stop.abort();
  }

  override render() {
    const { clip, perturbed } = this.playground;
    if (!clip) return html`<p>Choose a clip first.</p>`;
    if (!FILMED.includes(clip.layout)) {
      return html`<p>A body can follow clips of Kinect v1 and Kinect v2 (NTU). Choose such a clip in the gallery, or
        convert this one.</p>`;
    }
    const { seed, yaw } = this.setting;
    return html`
      <ciasa-film-screen class=${perturbed ? "" : "single"} .playground=${this.playground}
        .setting=${this.setting}></ciasa-film-screen>
      <div class="bar">
        <label class="yaw">Camera angle
          <input type="range" min="-90" max="90" step="5" .value=${String(yaw)}
            aria-valuetext="${yaw} degrees from the front"
            @input=${(event: Event) => this.#set({ yaw: Number(fieldValue(event)) })} />
          <output class="number">${yaw}°</output>
        </label>
        <button class="small" @click=${() => this.#set({ seed: seed + 1 })}>Another person</button>
        <button class="small" ?disabled=${this.writing !== null}
          @click=${() => void this.#write("video")}>${download} Video</button>
        <button class="small" ?disabled=${this.writing !== null}
          @click=${() => void this.#write("pictures")}>${download} Frames, PNG</button>
      </div>
      ${this.writing ? this.#progress(this.writing) : nothing}
      ${this.trouble ? html`<p class="bad" role="alert">${this.trouble}</p>` : nothing}
      <ciasa-film-camera .playground=${this.playground} .setting=${this.setting}></ciasa-film-camera>
      ${
        perturbed
          ? nothing
          : html`<p class="hint">Run an attack, and the perturbed clip is filmed beside the clean one.</p>`
      }
    `;
  }

  #progress({ words, share, stop }: NonNullable<FilmPanel["writing"]>) {
    return html`<p class="bar" role="status">Writing the ${words}: ${Math.round(100 * share)} %
      <progress max="1" value=${share}></progress>
      <button class="small" @click=${() => stop.abort()}>Cancel</button></p>`;
  }

  #set(change: Partial<Setting>): void {
    this.setting = { ...this.setting, ...change };
  }

  async #write(words: "video" | "pictures"): Promise<void> {
    const { clip, perturbed } = this.playground;
    if (!clip) return;
    const stop = new AbortController();
    const progress = (share: number) => {
      this.writing = { words, share, stop };
    };
    this.trouble = null;
    progress(0);
    const stem = `${fileStem(this.playground)}-film`;
    let reel: Reel | null = null;
    try {
      reel = await Reel.create(clip, perturbed, this.setting);
      if (words === "video") {
        const { bytes, ending } = await recordVideo(reel, progress, stop.signal);
        save(`${stem}.${ending}`, new Uint8Array(await bytes.arrayBuffer()), bytes.type);
      } else {
        const bytes = await pictures(reel, progress, stop.signal);
        save(`${stem}.zip`, new Uint8Array(await bytes.arrayBuffer()), bytes.type);
      }
      this.playground.announce(words === "video" ? "The video is saved" : "The pictures are saved");
    } catch (thrown) {
      if (!stop.signal.aborted) this.trouble = sentence(asFailure(thrown).message);
    } finally {
      reel?.dispose();
      this.writing = null;
    }
  }
}
