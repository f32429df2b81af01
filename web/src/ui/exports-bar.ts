import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ClipFormat } from "../core/layout.ts";
import { clipFile, figuresFile, fileStem, formatsOf, save, settingsFile } from "../files/exports.ts";
import { Part, shared } from "./base.ts";
import "./copy-as.ts";
import { download } from "./icons.ts";

/** Downloads of the clip, the settings and the figures. */
@customElement("ciasa-exports")
export class ExportsBar extends Part {
  static override styles = [
    shared,
    css`
      :host { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; padding: 12px 16px; }
      h2 { margin-right: 6px; }
      ciasa-copy-as { flex-basis: 100%; }
    `,
  ];

  /** Does the page's address hold the settings? */
  @property({ type: Boolean }) linked = false;

  override render() {
    const { playground } = this;
    const { clip, attack } = playground;
    if (!clip) return nothing;
    const stem = fileStem(playground);
    return html`
      <h2>Download</h2>
      ${formatsOf(clip.layout, playground.library.sources.get(clip.id)).map(
        ({ id, name, ending }) => html`<button class="small" ?disabled=${!attack?.data}
        @click=${() => this.#clip(id, `${stem}.${ending}`)}>${download}
          ${attack?.data ? "Attacked clip" : "Clip"}${name.slice(4)}</button>`,
      )}
      <button class="small" ?disabled=${!playground.model}
        @click=${() => this.#settings(`${stem}-settings.json`)}>${download} Settings, JSON</button>
      <button class="small" ?disabled=${!attack?.last}
        @click=${() => save(`${stem}-figures.csv`, figuresFile(attack), "text/csv")}>${download} Figures, CSV</button>
      <ciasa-copy-as .playground=${playground} .linked=${this.linked}></ciasa-copy-as>
    `;
  }

  #settings(name: string): void {
    const { attack } = this.playground;
    save(name, settingsFile(attack?.config ?? this.playground.config()), "application/json");
  }

  async #clip(format: ClipFormat, name: string): Promise<void> {
    const { playground } = this;
    try {
      const source = playground.library.sources.get(playground.clip?.id ?? "");
      const { bytes, remark } = await clipFile(playground, format, source);
      save(name, bytes, "application/octet-stream");
      if (remark) playground.inform(`${name} is written.`, remark, []);
    } catch (thrown) {
      this.playground.report("The clip could not be written.", thrown, []);
    }
  }
}
