import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { clipFile, figuresFile, fileStem, formatsOf, save, settingsFile } from "../exports.ts";
import { Part, shared } from "./base.ts";
import { download, link } from "./icons.ts";

/** Downloads: the clip, the settings, the figures. */
@customElement("ciasa-exports")
export class ExportsBar extends Part {
  static override styles = [
    shared,
    css`
      :host { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; padding: 12px 16px; }
      h2 { margin-right: 6px; }
    `,
  ];

  /** Does the page's address hold the settings? */
  @property({ type: Boolean }) linked = false;
  @state() private copied = false;

  override render() {
    const { session } = this;
    const { clip, run } = session;
    if (!clip) return nothing;
    const stem = fileStem(session);
    return html`
      <h2>Take with you</h2>
      ${formatsOf(clip.layout).map(
        ({ id, name, ending }) => html`<button class="small" ?disabled=${!run?.data}
        @click=${() => this.#clip(id, `${stem}.${ending}`)}>${download} ${run?.data ? "Attacked clip" : "Clip"}${name.slice(4)}</button>`,
      )}
      <button class="small" ?disabled=${!session.model} @click=${() => save(`${stem}-settings.json`, settingsFile(session), "application/json")}>${download} Settings, JSON</button>
      <button class="small" ?disabled=${!run?.last} @click=${() => save(`${stem}-figures.csv`, figuresFile(session), "text/csv")}>${download} Figures, CSV</button>
      ${this.linked ? html`<button class="small" @click=${this.#copy}>${link} ${this.copied ? "Link copied" : "Copy link"}</button>` : nothing}
    `;
  }

  #copy = async (): Promise<void> => {
    const address = new URL(location.href);
    address.hash = this.session.settings.address;
    try {
      await navigator.clipboard.writeText(address.href);
      this.copied = true;
      setTimeout(() => {
        this.copied = false;
      }, 2500);
      this.session.say("Link copied");
    } catch {
      this.session.report(
        "The link could not be copied.",
        `It is the address of this page: ${address.href}`,
        [],
      );
    }
  };

  async #clip(format: "ciasa" | "ntu" | "kinetics", name: string): Promise<void> {
    try {
      save(name, await clipFile(this.session, format), "application/octet-stream");
    } catch (thrown) {
      this.session.report("The clip could not be written.", thrown, []);
    }
  }
}
