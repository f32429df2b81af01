import { css, html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { Part, shared } from "./base.ts";
import { cross } from "./icons.ts";

/** The part of the page that a step is about. */
export type TourPart = "stage" | "attack" | "curves" | "figures";

interface Step {
  title: string;
  words: string;
  part: TourPart;
}

const steps: Step[] = [
  {
    title: "What the network sees",
    words:
      "A clip of joints plays on the stage. A network for skeletons names the action; its answer stands above the " +
      "figure. Turn the figure with the mouse, a finger or the arrow keys.",
    part: "stage",
  },
  {
    title: "What the attack may do",
    words:
      "Epsilon bounds how far a joint moves along each axis, a few centimetres. The constraints below keep bones, " +
      "motion and poses natural; each has a formula.",
    part: "attack",
  },
  {
    title: "The attack runs",
    words:
      "Each step moves the joints a little towards what the network takes for the target. The curves show its " +
      "probability rise while that of the original class falls.",
    part: "curves",
  },
  {
    title: "What has changed",
    words:
      "The attacked figure is orange and angular, the clean one blue. The difference is drawn five times larger now; " +
      "in truth it is hard to see. The curve above the slider shows where it is large.",
    part: "stage",
  },
  {
    title: "How large, how natural",
    words:
      "These figures say what the attack cost. Try another clip, a smaller epsilon or a region; “Save” takes the " +
      "result along, and “Copy as” makes a link to it.",
    part: "figures",
  },
];

const KEY = "ciasa-tour";

/** A guided tour of five steps on a live attack. It is offered once, and can be taken again at any time. */
@customElement("ciasa-tour")
export class Tour extends Part {
  static override styles = [
    shared,
    css`
      :host { display: contents; }
      .offer { display: inline-flex; gap: 2px; }
      .offer .skip { width: 30px; padding: 0; }
      dialog {
        position: fixed;
        inset: auto 16px 16px auto;
        margin: 0;
        width: min(400px, calc(100vw - 20px));
        padding: 16px 18px;
        z-index: 6;
        color: var(--ink);
        background: var(--surface);
        border: 2px solid var(--accent);
        border-radius: var(--radius);
        box-shadow: 0 12px 40px rgb(0 0 0 / 22%);
      }
      h2 { font-size: 15px; margin-bottom: 4px; }
      .buttons { display: flex; gap: 8px; margin-top: 12px; align-items: center; }
      .buttons .hint { margin-right: auto; }
      @media (max-width: 720px) { dialog { inset: auto 10px 10px 10px; } }
    `,
  ];

  /** The step that is shown, from 0; null: none. */
  @state() private at: number | null = null;
  @state() private known = remembered();
  @query("dialog") private dialog!: HTMLDialogElement | null;
  @query("h2") private heading!: HTMLElement | null;
  @query("button") private opener!: HTMLButtonElement | null;
  #magnify = 1;

  override render() {
    const { at } = this;
    const step = at === null ? undefined : steps[at];
    return html`
      <span class="offer">
        <button class="small ${this.known ? "plain" : ""}" aria-haspopup="dialog" ?disabled=${step !== undefined}
          @click=${() => this.#go(0)}>${this.known ? "Tour" : "Take the tour"}</button>
        ${
          this.known || step
            ? nothing
            : html`<button class="small plain skip" aria-label="No tour" title="No tour"
              @click=${this.#end}>${cross}</button>`
        }
      </span>
      ${
        step && at !== null
          ? html`<dialog aria-labelledby="title" @keydown=${this.#key}>
        <h2 id="title" tabindex="-1">${step.title}</h2>
        <p>${step.words}</p>
        ${at === 2 ? this.#state() : nothing}
        <div class="buttons">
          <span class="hint number">${at + 1} of ${steps.length}</span>
          <button class="small" @click=${this.#end}>${at === steps.length - 1 ? "Close" : "Skip"}</button>
          ${at > 0 ? html`<button class="small" @click=${() => this.#go(at - 1)}>Back</button>` : nothing}
          ${
            at < steps.length - 1
              ? html`<button class="small primary" @click=${() => this.#go(at + 1)}>Next</button>`
              : nothing
          }
        </div>
      </dialog>`
          : nothing
      }
    `;
  }

  override updated(): void {
    // Not modal: the page stays usable.
    if (this.dialog && !this.dialog.open) this.dialog.show();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.at = null;
  }

  /** What the live attack does, in words. */
  #state() {
    const { attack, model, before } = this.playground;
    if (!attack)
      return html`<p class="hint">${model && before ? "Starting." : "It starts once the network has answered."}</p>`;
    const { last } = attack;
    if (!last) return html`<p class="hint">Starting.</p>`;
    const towards = last.target !== null && last.pTarget !== null;
    const name = attack.classes[(towards ? last.target : last.original) ?? 0];
    const shown = towards ? last.pTarget : last.pOriginal;
    return html`<p class="hint number">Step ${last.iteration}: the ${towards ? "target" : "original"} “${name}” is at
      ${Math.round((shown ?? 0) * 100)} %</p>`;
  }

  #go(step: number): void {
    const { playground } = this;
    if (this.at === null) this.#magnify = playground.state.magnify;
    this.at = step;
    if (!playground.engine.wanted) playground.startEngine();
    if (step === 2) void this.#run();
    if (step === 3) playground.settings.set({ magnify: 5 });
    this.dispatchEvent(new CustomEvent<TourPart | null>("part", { detail: steps[step]?.part ?? null }));
    void this.updateComplete.then(() => this.heading?.focus({ preventScroll: true }));
  }

  /** Starts the attack once the network has answered, unless one is there. */
  async #run(): Promise<void> {
    const { playground } = this;
    if (playground.attack) return;
    await playground.recognise();
    if (this.at === 2 && playground.before && !playground.attack) playground.startAttack();
  }

  #end = (): void => {
    const shown = this.at !== null;
    this.at = null;
    this.known = true;
    remember();
    if (!shown) return;
    this.playground.settings.set({ magnify: this.#magnify });
    this.dispatchEvent(new CustomEvent<TourPart | null>("part", { detail: null }));
    void this.updateComplete.then(() => this.opener?.focus());
  };

  #key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    event.preventDefault();
    this.#end();
  };
}

/** Has this visitor taken or refused the tour? Without storage the offer stays. */
function remembered(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}

function remember(): void {
  try {
    localStorage.setItem(KEY, "1");
  } catch {
    // A browser without storage offers the tour again.
  }
}
