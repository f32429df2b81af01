import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { asFailure } from "../base/failure.ts";
import type { ClipFormat } from "../core/layout.ts";
import { curvesSvg } from "../files/curves-figure.ts";
import type { Easel } from "../files/easel.ts";
import { clipFile, figuresFile, fileStem, formatsOf, save, settingsFile } from "../files/exports.ts";
import { type Scene, scenePng, sceneSvg, svgPng, viewFilm } from "../files/pictures.ts";
import { resultFile } from "../files/result.ts";
import { captionOf } from "../files/saving.ts";
import { hasEncoder, recordVideo } from "../files/video.ts";
import { Part, shared } from "./base.ts";
import { download } from "./icons.ts";

const SVG = "image/svg+xml";

/** Everything that can be saved, behind one button: a result as one file, pictures, a video, the clip, figures. */
@customElement("ciasa-save")
export class SaveMenu extends Part {
  static override styles = [
    shared,
    css`
      :host { display: block; }
      .sheet { display: grid; gap: 10px 18px; grid-template-columns: max-content 1fr; padding: 12px 0 2px; }
      h3 { font-size: 12.5px; font-weight: 600; color: var(--ink-2); line-height: 28px; margin: 0; }
      .row { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; min-width: 0; }
      .row .hint { flex-basis: 100%; }
      .row .beside { flex: 1; min-width: 180px; flex-basis: 180px; }
      progress { max-width: 220px; }
      @media (max-width: 720px) {
        .sheet { grid-template-columns: 1fr; gap: 4px; }
        h3 { margin-top: 6px; }
      }
    `,
  ];

  @state() private open = false;
  /** The video that is recorded, 0 to 1; null: none. */
  @state() private recorded: number | null = null;
  @query("button") private opener!: HTMLButtonElement;
  #recording: AbortController | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#recording?.abort();
  }

  override render() {
    if (!this.playground.clip) return nothing;
    return html`<div @keydown=${this.#key}>
      <button aria-expanded=${this.open} aria-controls="sheet" @click=${this.#toggle}>${download} Save</button>
      <div id="sheet" ?hidden=${!this.open}>${this.open ? this.#sheet() : nothing}</div>
    </div>`;
  }

  #sheet() {
    const { playground } = this;
    const { attack, easel, library, clip } = playground;
    const steps = (attack?.reports.length ?? 0) > 0;
    const stem = fileStem(playground);
    const formats = clip ? formatsOf(clip.layout, library.sources.get(clip.id)) : [];
    return html`<div class="sheet">
      ${this.#row(
        "Everything",
        html`${this.#button("Everything, ZIP", true, () => this.#everything(`${stem}-result.zip`))}
        <p class="hint beside">Clip, settings, report and pictures in one file, which this page opens again.</p>`,
      )}
      ${this.#row(
        "Pictures",
        html`${this.#scene("View", "view", `${stem}-view`, easel)}
        ${this.#scene("Film strip", "film", `${stem}-film`, easel)}
        ${this.#button("Curves, PNG", steps, async () => save(`${stem}-curves.png`, await svgPng(this.#curves())))}
        ${this.#button("Curves, SVG", steps, () => save(`${stem}-curves.svg`, this.#curves(), SVG))}
        <p class="hint">Drawn in the light theme, on white; SVGs of the stage have no ground.</p>`,
      )}
      ${this.#row("Video", this.#video(stem, easel))}
      ${this.#row(
        "Clip",
        formats.map(({ id, name, ending }) =>
          this.#button(
            `${attack?.data ? "Attacked clip" : "Clip"}${name.slice(4)}`,
            Boolean(attack?.data),
            () => this.#clip(id, `${stem}.${ending}`),
          ),
        ),
      )}
      ${this.#row(
        "Data",
        html`${this.#button("Settings, JSON", playground.model !== null, () =>
          save(
            `${stem}-settings.json`,
            settingsFile(attack?.config ?? playground.config()),
            "application/json",
          ),
        )}
        ${this.#button("Figures, CSV", steps, () => save(`${stem}-figures.csv`, figuresFile(attack), "text/csv"))}`,
      )}
    </div>`;
  }

  #row(title: string, content: unknown): TemplateResult {
    return html`<h3>${title}</h3><div class="row">${content}</div>`;
  }

  /** A button that saves something; a failure is reported by what could not be saved. */
  #button(name: string, enabled: boolean, make: () => unknown): TemplateResult {
    const run = async () => {
      try {
        await make();
        this.playground.announce(`${name} saved`);
      } catch (thrown) {
        this.playground.report(`“${name}” could not be saved.`, thrown, []);
      }
    };
    return html`<button class="small" ?disabled=${!enabled} @click=${run}>${name}</button>`;
  }

  #scene(name: string, scene: Scene, stem: string, easel: Easel | null) {
    if (!easel) return nothing;
    const picture = async () => save(`${stem}.png`, await scenePng(easel, scene));
    return html`${this.#button(`${name}, PNG`, true, picture)}
      ${this.#button(`${name}, SVG`, true, () => save(`${stem}.svg`, sceneSvg(easel, scene), SVG))}`;
  }

  #video(stem: string, easel: Easel | null) {
    if (!easel)
      return html`<p class="hint beside">Videos need the 3-D view, which this browser does not show.</p>`;
    if (this.recorded !== null)
      return html`<progress aria-label="Recording the video" max="1" .value=${this.recorded}></progress>
        <span class="number">${Math.round(this.recorded * 100)} %</span>
        <button class="small" @click=${() => this.#recording?.abort()}>Cancel the video</button>`;
    const hint = hasEncoder()
      ? "Records the clip once, at the play speed and in the time that it lasts."
      : "This browser has no video encoder, so the clip is written as a GIF, once, at the play speed.";
    return html`<button class="small" @click=${() => this.#record(easel, stem)}>Video of the view</button>
      <p class="hint beside">${hint}</p>`;
  }

  async #record(easel: Easel, stem: string): Promise<void> {
    const { playground } = this;
    const { clip, before, attack, model, state } = playground;
    if (!clip) return;
    const stop = new AbortController();
    this.#recording = stop;
    this.recorded = 0;
    playground.announce("Recording the video");
    try {
      const caption = captionOf(clip.name, before?.top[0], model?.classes ?? [], attack);
      const film = viewFilm(easel, clip, state.speed, caption);
      const progress = (share: number) => {
        this.recorded = share;
      };
      const { bytes, ending } = await recordVideo(film, progress, stop.signal);
      save(`${stem}.${ending}`, bytes);
      playground.announce("Video saved");
    } catch (thrown) {
      if (asFailure(thrown).kind === "cancelled") playground.announce("Recording cancelled");
      else playground.report("The video could not be recorded.", thrown, []);
    } finally {
      this.recorded = null;
      this.#recording = null;
    }
  }

  #curves(): string {
    const { attack } = this.playground;
    return curvesSvg(attack?.reports ?? [], attack?.config.restraint ?? "ciasa");
  }

  async #everything(name: string): Promise<void> {
    const { clip, attack, settings, model, easel } = this.playground;
    if (!clip) return;
    const source = { clip, attack, settings: settings.address, network: model?.name ?? "", easel };
    save(name, await resultFile(source), "application/zip");
  }

  async #clip(format: ClipFormat, name: string): Promise<void> {
    const { playground } = this;
    const source = playground.library.sources.get(playground.clip?.id ?? "");
    const { bytes, remark } = await clipFile(playground, format, source);
    save(name, bytes);
    if (remark) playground.inform(`${name} is written.`, remark, []);
  }

  #toggle = (): void => {
    this.open = !this.open;
  };

  #key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !this.open) return;
    event.stopPropagation();
    this.open = false;
    this.opener.focus();
  };
}
