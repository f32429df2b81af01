import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { styleMap } from "lit/directives/style-map.js";
import type { Entry } from "../clips/gallery.ts";
import { fieldValue, Part, shared } from "./base.ts";
import { fileButton } from "./file-button.ts";
import { camera, search, upload } from "./icons.ts";

const groups = [
  {
    origin: "file",
    title: "Your files",
    hint: "Read in this page and sent nowhere.",
  },
  {
    origin: "synthetic",
    title: "Synthetic clips",
    hint: "Sampled from a motion prior, not recorded.",
  },
  {
    origin: "motion-capture",
    title: "Motion capture",
    hint: "Real recordings, out of distribution: the network was not trained on such clips.",
  },
  {
    origin: "converted",
    title: "In other skeletons",
    hint: "Synthetic clips with the joints of other networks.",
  },
] as const;

/** The clips to choose from, with search and a button for the visitor's own files. */
@customElement("ciasa-gallery")
export class Gallery extends Part {
  static override styles = [
    shared,
    css`
      :host { display: flex; flex-direction: column; min-height: 0; }
      .top { display: grid; gap: 8px; padding: 14px 14px 10px; }
      .head { display: flex; align-items: center; justify-content: space-between; }
      input[type="search"] { width: 100%; }
      .set { justify-content: start; text-align: left; overflow-wrap: anywhere; }
      .list { flex: 1; overflow: auto; padding: 0 14px 14px; scrollbar-width: thin; }
      section + section { margin-top: 16px; }
      h3 { font-size: 12px; font-weight: 600; color: var(--ink-2); }
      .hint { margin-bottom: 8px; }
      ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(92px, 1fr)); gap: 8px; }
      /* Until the first answer, with which they share the cores, drawings out of sight are not read. */
      .starting li { content-visibility: auto; contain-intrinsic-size: auto 92px auto 106px; }
      li button {
        display: grid;
        gap: 4px;
        justify-items: center;
        align-content: start;
        width: 100%;
        height: 100%;
        padding: 6px 4px 7px;
        border-color: var(--line);
        color: var(--ink-2);
        font-weight: 450;
        font-size: 12px;
        line-height: 1.25;
        overflow-wrap: anywhere;
      }
      li button[aria-pressed="true"] {
        border-color: var(--clean); box-shadow: inset 0 0 0 1px var(--clean); color: var(--ink); font-weight: 600;
      }
      .thumb { width: 100%; height: 62px; background: currentColor; mask: center / contain no-repeat; }
      .empty { padding: 12px 0; color: var(--ink-3); }
    `,
  ];

  @state() private query = "";

  override render() {
    const words = this.query.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (entry: Entry) =>
      words.every((word) =>
        `${entry.name} ${entry.label ?? ""} ${entry.origin} ${entry.layout}`.toLowerCase().includes(word),
      );
    const shown = this.playground.library.entries.filter(fits);
    const { file } = this.playground.clipChoice;
    return html`
      <div class="top">
        <div class="head">
          <h2>Clips</h2>
          ${fileButton({
            label: html`${upload} Open file`,
            name: "Clip files",
            accept: ".json,.skeleton,.txt,.pkl,.pickle,.npy,.npz,.mp4,.m4v,.mov,.webm",
            multiple: true,
            picked: (files) => void this.playground.addFiles(files),
          })}
        </div>
        <input type="search" placeholder="Search clips" aria-label="Search clips" .value=${this.query}
          @input=${(event: Event) => {
            this.query = fieldValue(event);
          }} />
        <button class="small set" @click=${() => void this.playground.camera.open()}>${camera}
          <span>Use your camera</span></button>
        ${
          file && file.entries.length > 1
            ? html`<button class="small set" @click=${() => this.playground.clipChoice.show(true)}>${search}
              <span>${file.entries.length} clips of ${file.name}</span></button>`
            : nothing
        }
      </div>
      <div class="list ${this.#starting ? "starting" : ""}">
        ${groups.map((group) =>
          this.#group(
            group.title,
            group.hint,
            shown.filter((entry) => entry.origin === group.origin),
          ),
        )}
        ${
          shown.length === 0 && words.length > 0
            ? html`<p class="empty" role="status">No clip matches “${this.query}”.</p>`
            : nothing
        }
      </div>
    `;
  }

  #group(title: string, hint: string, entries: Entry[]) {
    if (entries.length === 0) return nothing;
    return html`<section aria-label=${title}>
      <h3>${title} <span class="number">(${entries.length})</span></h3>
      <p class="hint">${hint}</p>
      <ul>${repeat(
        entries,
        (entry) => entry.id,
        (entry) => this.#item(entry),
      )}</ul>
    </section>`;
  }

  /** Is the first answer still awaited? */
  get #starting(): boolean {
    const { engine, before, unreadable } = this.playground;
    return engine.wanted && before === null && engine.state.status !== "failed" && !unreadable;
  }

  #item(entry: Entry) {
    // As a mask, the drawing takes the text's colour, and scripts in an SVG cannot run.
    const mask = entry.thumb ? `url("data:image/svg+xml,${encodeURIComponent(entry.thumb)}")` : "none";
    return html`<li>
      <button aria-pressed=${entry.id === this.playground.clip?.id} title=${entry.credit}
        @click=${() => this.playground.choose(entry)}>
        <span class="thumb" style=${styleMap({ "mask-image": mask })}></span>${entry.name}
      </button>
    </li>`;
  }
}
