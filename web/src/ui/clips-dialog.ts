import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { counted, matching } from "../clips/clip-search.ts";
import type { ClipFile } from "../core/clip-file.ts";
import { MOST_ADDED } from "../files/entries.ts";
import { fieldValue, Part, shared } from "./base.ts";
import { dialogStyle } from "./dialog-style.ts";
import { cross } from "./icons.ts";

/** Rows that are drawn at once; the search narrows the rest. */
const ROWS = 200;
/** Keys that move between rows. */
const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };

/** The list of a file of many clips: search, label, split, and a button for each clip. */
@customElement("ciasa-clips-dialog")
export class ClipsDialog extends Part {
  static override styles = [
    shared,
    dialogStyle,
    css`
      dialog { width: min(760px, calc(100vw - 20px)); height: min(720px, calc(100dvh - 20px)); overflow: hidden; }
      .body { display: flex; flex-direction: column; height: 100%; }
      .top { display: grid; gap: 10px; padding: 16px 18px 10px; border-bottom: 1px solid var(--line); }
      .head { display: grid; grid-template-columns: 1fr auto; align-items: start; gap: 10px; }
      .head button.plain { width: 34px; padding: 0; }
      .add { margin: 8px 8px 0 0; }
      .filters { display: grid; grid-template-columns: 2fr 1fr 1fr; gap: 8px; }
      .filters > * { width: 100%; }
      ol { flex: 1; overflow: auto; padding: 6px 10px 12px; scrollbar-width: thin; }
      li button, .columns {
        display: grid;
        grid-template-columns: 58px minmax(0, 2.2fr) minmax(0, 1.5fr) minmax(0, 1.2fr) 58px 52px;
        gap: 0 10px;
        align-items: center;
        width: 100%;
        min-height: 34px;
        padding: 4px 8px;
        text-align: left;
        font-size: 13px;
      }
      .columns { padding: 0 18px; min-height: 26px; color: var(--ink-3); font-size: 12px; }
      li button { border-color: transparent; background: none; font-weight: 450; }
      li button[aria-current="true"] { background: var(--sunken); }
      li .id { font-weight: 600; overflow-wrap: anywhere; }
      li .label, li .split { overflow-wrap: anywhere; color: var(--ink-2); }
      .count { text-align: right; color: var(--ink-2); }
      .more { padding: 10px 8px; }
      @media (max-width: 720px) {
        .filters { grid-template-columns: 1fr 1fr; }
        .filters input { grid-column: 1 / -1; }
        .columns { display: none; }
        li button {
          grid-template-columns: 36px minmax(0, 1fr) auto;
          grid-template-areas: "number id people" ". label frames" ". split split";
          padding: 7px 8px;
        }
        li .number-cell { grid-area: number; }
        li .id { grid-area: id; }
        li .label { grid-area: label; }
        li .split { grid-area: split; }
        li .frames { grid-area: frames; }
        li .people { grid-area: people; }
      }
      @media (min-width: 721px) { .word { display: none; } }
    `,
  ];

  @query("dialog") private dialog!: HTMLDialogElement | null;
  @state() private text = "";
  @state() private label = "";
  @state() private split = "";
  /** The file whose list is drawn; another one starts without filters. */
  #file: ClipFile | null = null;
  #labels: [string, number][] = [];
  #splits: [string, number][] = [];

  override willUpdate(): void {
    super.willUpdate();
    const { file, shown } = this.playground.clipChoice;
    if (file !== this.#file) {
      this.#file = file;
      this.text = this.label = this.split = "";
      this.#labels = counted(file?.entries.map((entry) => entry.label) ?? []);
      this.#splits = counted(file?.entries.flatMap((entry) => entry.splits) ?? []);
    }
    // Closed before it is removed, so that the focus returns to where it was.
    if (!shown) this.dialog?.close();
  }

  override render() {
    const { file, shown } = this.playground.clipChoice;
    if (!file || !shown) return nothing;
    const found = matching(file.entries, { text: this.text, label: this.label, split: this.split });
    const all = file.entries.length;
    const count = found.length === all ? `${all} clips` : `${found.length} of ${all} clips`;
    return html`<dialog aria-labelledby="title" @cancel=${this.#cancelled} @keydown=${this.#moved}>
      <div class="body">
        <div class="top">
          <div class="head">
            <div>
              <h2 id="title">${file.name}</h2>
              <p class="hint" role="status"><span class="number">${count}</span>. Read in this page and sent
                nowhere.</p>
              <button class="small add" ?disabled=${found.length === 0 || found.length > MOST_ADDED}
                @click=${() => void this.playground.addEntries(found)}>Add ${
                  found.length === 1 ? "this clip" : `these ${found.length} clips`
                } to your files</button>
              <span class="hint">${
                found.length > MOST_ADDED
                  ? `At most ${MOST_ADDED} at once: search or filter first.`
                  : "The Lab attacks your files, too."
              }</span>
            </div>
            <button class="plain" aria-label="Close the list" @click=${this.#close}>${cross}</button>
          </div>
          <div class="filters">
            <input type="search" placeholder="Search number, id, label" aria-label="Search the clips of the file"
              .value=${this.text} @input=${(event: Event) => {
                this.text = fieldValue(event);
              }} />
            ${choice("Label", "All labels", this.#labels, this.label, (value) => {
              this.label = value;
            })}
            ${choice("Split", "All splits", this.#splits, this.split, (value) => {
              this.split = value;
            })}
          </div>
        </div>
        <p class="columns" aria-hidden="true"><span class="count">#</span><span>Id</span><span>Label</span
          ><span>Split</span><span class="count">Frames</span><span class="count">People</span></p>
        <ol aria-label="Clips">
          ${found.slice(0, ROWS).map((index) => this.#row(file, index))}
          ${
            found.length > ROWS
              ? html`<li class="hint more">The first ${ROWS} are listed; search to see others.</li>`
              : nothing
          }
          ${
            found.length === 0
              ? html`<li class="hint more">No clip fits. Change the search or the filters.</li>`
              : nothing
          }
        </ol>
      </div>
    </dialog>`;
  }

  override updated(changed: PropertyValues): void {
    super.updated(changed);
    const { dialog } = this;
    if (!dialog || dialog.open) return;
    dialog.showModal();
    dialog.querySelector<HTMLElement>("input")?.focus();
  }

  #row(file: ClipFile, index: number) {
    const entry = file.entries[index];
    if (!entry) return nothing;
    const last = this.playground.clipChoice.last === index;
    return html`<li><button aria-current=${last} @click=${() => void this.playground.openEntry(index)}>
      <span class="number-cell number count">${index + 1}</span>
      <span class="id">${entry.id}</span>
      <span class="label">${entry.label ?? "–"}</span>
      <span class="split">${entry.splits.join(", ") || "–"}</span>
      <span class="frames number count">${entry.frames}<span class="word"> frames</span></span>
      <span class="people number count">${entry.people}<span class="word">${
        entry.people === 1 ? " person" : " people"
      }</span></span>
    </button></li>`;
  }

  /** Arrows move between the search and the rows. */
  #moved = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    const at = this.shadowRoot?.activeElement;
    if (!step || !this.dialog || at instanceof HTMLSelectElement) return;
    const stops = [...this.dialog.querySelectorAll<HTMLElement>("input, li button")];
    const next = stops[Math.max(0, stops.indexOf(at as HTMLElement) + step)];
    next?.focus();
    event.preventDefault();
  };

  #close = (): void => this.playground.clipChoice.show(false);

  /** Escape. */
  #cancelled = (event: Event): void => {
    event.preventDefault();
    this.#close();
  };
}

function choice(
  name: string,
  all: string,
  values: [string, number][],
  now: string,
  chosen: (value: string) => void,
) {
  return html`<select aria-label=${name} ?disabled=${values.length === 0}
    @change=${(event: Event) => chosen(fieldValue(event))}>
    <option value="" .selected=${now === ""}>${all}</option>
    ${values.map(
      ([value, count]) =>
        html`<option value=${value} .selected=${value === now}>${value} (${count})</option>`,
    )}
  </select>`;
}
