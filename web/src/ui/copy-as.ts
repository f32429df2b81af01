import { css, html, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { citations, commandOf, embedOf, linkOf, type Shared } from "../playground/share.ts";
import { Part, shared } from "./base.ts";
import { link } from "./icons.ts";

type Kind = "link" | "embed code" | "command" | "BibTeX";

/** Copies what is on the stage as a link, HTML, a command or a citation. */
@customElement("ciasa-copy-as")
export class CopyAs extends Part {
  static override styles = [
    shared,
    css`
      :host { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
      h2 { margin-right: 6px; }
    `,
  ];

  /** Does the page's address hold the settings? */
  @property({ type: Boolean }) linked = false;
  @state() private copied: Kind | null = null;

  override render() {
    const { playground } = this;
    const kinds: [Kind, string, boolean][] = [
      ["link", "A link to this page with clip, network, settings, view and frame", this.linked],
      ["embed code", "HTML that shows the same in a page of yours", true],
      ["command", "The same attack in a terminal", true],
      ["BibTeX", "The paper and this playground, for a bibliography", true],
    ];
    return html`
      <h2>Copy as</h2>
      ${kinds.map(([kind, title, shown]) =>
        shown
          ? html`<button class="small" title=${title} ?disabled=${kind === "command" && !playground.model}
              @click=${() => this.#copy(kind)}>
              ${kind === "link" ? link : nothing} ${this.copied === kind ? "Copied" : words(kind)}</button>`
          : nothing,
      )}
    `;
  }

  #shared(kind: Kind): Shared | null {
    const page = location.href.split(/[?#]/)[0] ?? location.href;
    if (kind === "link") return linkOf(this.playground, location.href);
    if (kind === "embed code") return embedOf(this.playground);
    return kind === "command" ? commandOf(this.playground) : citations(page);
  }

  async #copy(kind: Kind): Promise<void> {
    const made = this.#shared(kind);
    if (!made) return;
    try {
      await navigator.clipboard.writeText(made.text);
    } catch {
      this.playground.report(
        `The ${kind} could not be copied.`,
        new Error(`Copy it from here: ${made.text}`),
        [],
      );
      return;
    }
    this.copied = kind;
    setTimeout(() => {
      this.copied = null;
    }, 2500);
    this.playground.announce(`${words(kind)} copied`);
    if (made.remark) this.playground.inform(`The ${kind} is copied.`, made.remark, []);
  }
}

const words = (kind: Kind) => kind.charAt(0).toUpperCase() + kind.slice(1);
