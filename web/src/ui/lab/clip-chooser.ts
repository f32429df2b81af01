import { css, html } from "lit";
import { customElement } from "lit/decorators.js";
import type { Entry } from "../../clips/gallery.ts";
import { byClass, type ClassGroup } from "../../lab/sample.ts";
import { isChecked, shared } from "../base.ts";
import { LabPart } from "./base.ts";

/** The choice of the sweep's clips among those that the network reads. */
@customElement("ciasa-lab-clips")
export class ClipChooser extends LabPart {
  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 8px; }
      .head { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 6px; }
      .head div { display: flex; gap: 6px; }
      fieldset {
        border: 1px solid var(--line);
        border-radius: var(--radius-s);
        max-height: 246px;
        overflow: auto;
        scrollbar-width: thin;
      }
      .group {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0 10px;
        padding: 3px 10px;
        align-items: center;
      }
      .group + .group { border-top: 1px solid var(--line); }
      .group.long { grid-template-columns: minmax(0, 1fr); }
      .clips { display: flex; flex-wrap: wrap; gap: 0 12px; }
      label {
        display: inline-flex;
        gap: 7px;
        align-items: center;
        min-height: 26px;
        cursor: pointer;
        font-size: 12.5px;
      }
      .group > label { font-weight: 500; }
      .group.long .clips { padding-left: 23px; }
      @media (pointer: coarse), (max-width: 720px) { label { min-height: 44px; min-width: 44px; } }
    `,
  ];

  override render() {
    const { lab } = this;
    const model = lab.ground?.model;
    const entries = this.#fitting;
    const chosen = new Set(lab.plan.clips.map((clip) => clip.id));
    return html`
      <div class="head">
        <h2>Clips <span class="hint number">${chosen.size} of ${entries.length}</span></h2>
        <div>
          ${this.#button("One per class", null)}
          ${this.#button(
            "All",
            entries.map((entry) => entry.id),
          )}
          ${this.#button("None", [])}
        </div>
      </div>
      ${
        model
          ? html`<fieldset ?disabled=${lab.busy} aria-label="Clips" tabindex="0">
            ${byClass(entries, model.classes).map((group) => this.#group(group, chosen))}
          </fieldset>`
          : html`<p class="hint">Load a network to see the clips that it reads.</p>`
      }
      <p class="hint">“One per class” draws by the seed. Clips of other classes count only among all clips.</p>
    `;
  }

  #group({ label, entries }: ClassGroup, chosen: Set<string>) {
    const inside = entries.filter((entry) => chosen.has(entry.id)).length;
    const name = label ?? "other classes";
    return html`<div class="group ${label === null ? "long" : ""}">
      <label><input type="checkbox" .checked=${inside === entries.length}
        .indeterminate=${inside > 0 && inside < entries.length}
        @change=${(event: Event) => this.#toggle(entries, isChecked(event))} />${name}</label>
      <div class="clips">
        ${entries.map(
          (entry) => html`<label title=${entry.name}><input type="checkbox" aria-label=${entry.name}
            .checked=${chosen.has(entry.id)}
          @change=${(event: Event) => this.#toggle([entry], isChecked(event))} />${short(entry, label)}</label>`,
        )}
      </div>
    </div>`;
  }

  #button(name: string, clips: string[] | null) {
    const { lab } = this;
    return html`<button class="small" ?disabled=${lab.busy || !lab.ground}
      @click=${() => lab.set({ clips })}>${name}</button>`;
  }

  get #fitting(): Entry[] {
    const { model } = this.lab.ground ?? {};
    return this.playground.library.entries.filter((entry) => entry.layout === model?.layout);
  }

  #toggle(entries: Entry[], on: boolean): void {
    const ids = new Set(this.lab.plan.clips.map((clip) => clip.id));
    for (const { id } of entries) {
      if (on) ids.add(id);
      else ids.delete(id);
    }
    this.lab.set({ clips: [...ids] });
  }
}

/** A clip's name without its class, which is shown beside it. */
function short({ name }: Entry, label: string | null): string {
  const starts = label !== null && name.toLowerCase().startsWith(`${label.toLowerCase()} `);
  return starts ? name.slice(label.length + 1) : name;
}
