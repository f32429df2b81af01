import { html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { regionJoints } from "../attack/config.ts";
import type { Clip } from "../base/clip.ts";
import { Failure } from "../base/failure.ts";
import { savesData } from "../base/saves-data.ts";
import type { Answers, ModelEntry } from "../core/types.ts";
import type { LabSettings } from "../lab/settings.ts";
import { linkedFiles } from "../playground/linked.ts";
import { Playground } from "../playground/playground.ts";
import type { Mode, State } from "../settings/table.ts";
import { shared } from "../ui/base.ts";
import type { Stage } from "../ui/stage.ts";
import { elementStyle } from "./style.ts";
import "../ui/parts.ts";

/** Parts that the `hide` attribute can remove. */
export type PartName =
  | "header"
  | "gallery"
  | "attack"
  | "recogniser"
  | "curves"
  | "figures"
  | "exports"
  | "film"
  | "lab"
  | "explain";

/**
 * The playground. See docs/EMBED.md for its attributes, properties, methods, events and styles.
 *
 * @fires ciasa-report - after a step of the attack; detail: StepReport
 * @fires ciasa-done - at the end of an attack; detail: { reason, report, data, config }
 * @fires ciasa-lab-done - at the end of a sweep of the Lab; detail: { reason, rows, settings }
 * @fires ciasa-error - after an error; detail: Failure
 */
@customElement("ciasa-playground")
export class CiasaPlayground extends LitElement {
  static override styles = [shared, elementStyle];

  /** Id of the gallery clip to show, as in clips/index.json; null: the first. */
  @property() clip: string | null = null;
  /** Id of the recogniser, as in models/manifest.json; null: the first that reads the clip's layout. */
  @property() model: string | null = null;
  /** The attack's mode: "one-step", "basic", "localized" or "advanced"; null: "basic". */
  @property() mode: Mode | null = null;
  /** The device that computes: "auto" (the faster one), "webgpu" or "cpu"; null: "auto". */
  @property() engine: State["engine"] | null = null;
  /** Settings as in a link of the playground, `key=value&...`. */
  @property() settings: string | null = null;
  /** Address of a clip to open, of any origin that allows it. */
  @property({ attribute: "clip-url" }) clipUrl: string | null = null;
  /** Address of a weight file to open, of any origin that allows it. */
  @property({ attribute: "weights-url" }) weightsUrl: string | null = null;
  /** Names of parts to hide, separated by spaces; see `PartName`. */
  @property() hide = "";
  /** Keep the page's address and the settings equal. Only for a page of the playground's own. */
  @property({ type: Boolean, attribute: "sync-url" }) syncUrl = false;
  /** Address of the service worker, `ciasa-sw.js` or a copy of it; null: none. See docs/EMBED.md. */
  @property({ attribute: "service-worker" }) serviceWorker: string | null = null;
  /** Download the engine (several megabytes) only when the visitor asks for it. */
  @property({ type: Boolean, attribute: "manual-engine" }) manualEngine = false;

  /** The element's state and actions, for scripts that need more than the attributes. */
  readonly session = new Playground((playground) =>
    import("../playground/lab.ts").then(({ connectLab }) => connectLab(playground)),
  );
  @state() private picking = false;
  @state() private dropping = false;
  @state() private touring = false;
  @query("ciasa-stage") private stage!: Stage;
  #opened = false;
  readonly #still = matchMedia("(prefers-reduced-motion: reduce)");
  readonly #narrow = matchMedia("(max-width: 740px)");

  constructor() {
    super();
    const { session } = this;
    session.addEventListener("change", () => this.requestUpdate());
    session.addEventListener("report", (event) => this.#fire("ciasa-report", (event as CustomEvent).detail));
    session.addEventListener("error", (event) => this.#fire("ciasa-error", (event as CustomEvent).detail));
    session.addEventListener("lab-done", (event) =>
      this.#fire("ciasa-lab-done", (event as CustomEvent).detail),
    );
    session.addEventListener("done", () => {
      const { attack } = session;
      if (attack)
        this.#fire("ciasa-done", {
          reason: attack.end,
          report: attack.last,
          data: attack.data,
          config: attack.config,
        });
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.#opened && this.syncUrl) this.session.settings.linkToAddress();
    this.addEventListener("dragover", this.#dragged);
    this.addEventListener("dragleave", this.#dragged);
    this.addEventListener("drop", this.#dropped);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.session.dispose();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const { settings } = this.session;
    if (!this.#opened) {
      this.#opened = true;
      // A development server has none, and a visitor who saves data keeps no files.
      if (this.serviceWorker !== null && !import.meta.env.DEV && !savesData())
        this.session.serviceWorker = this.serviceWorker;
      if (this.settings !== null) settings.take(this.settings);
      const { clipUrl: clip, weightsUrl: weights } = this;
      this.session.link.files = { ...(clip ? { clip } : {}), ...(weights ? { weights } : {}) };
      if (this.syncUrl) {
        settings.linkToAddress();
        Object.assign(this.session.link.files, linkedFiles(location.search));
      }
      this.session.promptEngine = !this.manualEngine && !savesData();
      void this.session.link.own(() => this.session.open());
    }
    const patch: Partial<State> = {};
    for (const name of ["clip", "model", "mode", "engine"] as const) {
      const value = this[name];
      if (changed.has(name) && value !== null) Object.assign(patch, { [name]: value });
    }
    settings.set(patch);
  }

  /** Shows a clip from memory. */
  openClip(clip: Clip): void {
    const { library, layouts } = this.session;
    void this.session.choose(library.addClip(clip, layouts));
  }

  /**
   * Opens weight files. With `answers` (`{}`: all defaults) no dialog is shown. Resolves to the network's entry, or
   * to null if it was not loaded or the visitor has yet to decide in the dialog.
   */
  openWeights(files: File[], answers?: Answers): Promise<ModelEntry | null> {
    return this.session.weights.open(files, answers, answers === undefined);
  }

  run(): void {
    this.session.startAttack();
  }

  pause(): void {
    this.session.attack?.pause();
  }

  step(): void {
    this.session.startAttack(true);
  }

  cancel(): void {
    this.session.cancel();
  }

  reset(): void {
    this.session.reset();
  }

  /** Opens the Lab, changes the given settings and runs the sweep. Resolves at its end; rejects if it cannot start. */
  async runLab(settings: Partial<LabSettings> = {}): Promise<void> {
    const { sweep, ...rest } = settings;
    this.session.settings.set({ lab: true, ...(sweep ? { sweep } : {}) });
    const lab = await this.session.lab();
    lab.set(rest);
    if (lab.obstacle !== null) throw new Failure("config", lab.obstacle);
    await lab.start();
  }

  async pauseLab(): Promise<void> {
    (await this.session.lab()).pause();
  }

  async cancelLab(): Promise<void> {
    (await this.session.lab()).cancel();
  }

  override render() {
    const { session } = this;
    const hidden = new Set(this.hide.split(/\s+/));
    const shows = (part: PartName) => !hidden.has(part);
    return html`
      <div class="frame ${shows("gallery") ? "" : "no-gallery"} ${shows("attack") ? "" : "no-attack"}
        ${this.touring ? "touring" : ""}">
        ${
          shows("header")
            ? html`<header part="header"><slot name="title"></slot><ciasa-tour .playground=${session}
              @part=${this.#toured}></ciasa-tour><ciasa-offline
              .playground=${session}></ciasa-offline><ciasa-engine-badge
              .playground=${session}></ciasa-engine-badge></header>`
            : nothing
        }
        ${
          shows("gallery")
            ? html`<ciasa-gallery class="card" part="gallery" .playground=${session}></ciasa-gallery>`
            : nothing
        }
        <main>
          <div class="card hero" part="stage">
            <div class="view"><ciasa-verdict .playground=${session}></ciasa-verdict>
            <ciasa-stage .playground=${session} .picking=${this.picking} @painted=${this.#painted}
              @pick=${this.#pick}><slot></slot></ciasa-stage>
            <ciasa-scrubber .playground=${session}></ciasa-scrubber></div>
            <ciasa-outcome .playground=${session}></ciasa-outcome>
            <ciasa-stage-bar .playground=${session} @reset-camera=${() => this.stage.resetCamera()}></ciasa-stage-bar>
          </div>
          <div class="below">
            <ciasa-comparison class="card" .playground=${session}></ciasa-comparison>
            ${
              shows("recogniser")
                ? html`<ciasa-recogniser class="card" part="recogniser"
              .playground=${session}></ciasa-recogniser>`
                : nothing
            }
            ${
              shows("curves")
                ? html`<ciasa-curves class="card" kind="probabilities" .playground=${session}></ciasa-curves>
                <ciasa-curves class="card" kind="losses" .playground=${session}></ciasa-curves>`
                : nothing
            }
            <ciasa-attribution class="card" .playground=${session}></ciasa-attribution>
            ${
              shows("figures")
                ? html`<ciasa-figures class="card" part="figures"
              .playground=${session}></ciasa-figures>`
                : nothing
            }
          </div>
          ${
            shows("exports")
              ? html`<ciasa-exports class="card" part="exports" .playground=${session}
            .linked=${this.syncUrl}></ciasa-exports>`
              : nothing
          }
        </main>
        ${
          shows("attack")
            ? html`<ciasa-attack-panel class="card" part="attack" .playground=${session} .picking=${this.picking}
              @toggle-picking=${this.#togglePicking} @toggle-joint=${this.#pick}></ciasa-attack-panel>`
            : nothing
        }
      </div>
      ${
        shows("film") || shows("lab") || shows("explain")
          ? html`<div class="foot">
            ${shows("film") ? html`<ciasa-film class="card" part="film" .playground=${session}></ciasa-film>` : nothing}
            ${shows("lab") ? html`<ciasa-lab class="card" part="lab" .playground=${session}></ciasa-lab>` : nothing}
            ${
              shows("explain")
                ? html`<ciasa-scenes class="card" .playground=${session} @scene=${this.#sceneShown}></ciasa-scenes>`
                : nothing
            }
            ${shows("explain") ? html`<ciasa-explain class="card" part="explain"></ciasa-explain>` : nothing}
          </div>`
          : nothing
      }
      ${session.transfer ? html`<ciasa-transfer .playground=${session}></ciasa-transfer>` : nothing}
      ${session.notice ? html`<ciasa-notice part="notice" .playground=${session}></ciasa-notice>` : nothing}
      ${this.dropping ? html`<div class="drop"><p>Drop clips, a video or weights to open them</p></div>` : nothing}
      <ciasa-weights-dialog .playground=${session}></ciasa-weights-dialog>
      <ciasa-clips-dialog .playground=${session}></ciasa-clips-dialog>
      <ciasa-size-dialog .playground=${session}></ciasa-size-dialog>
      <ciasa-camera-dialog .playground=${session}></ciasa-camera-dialog>
      <ciasa-announcer .playground=${session}></ciasa-announcer>
    `;
  }

  override updated(): void {
    // Only these modes have a region to pick.
    const regional = this.session.state.mode === "localized" || this.session.state.mode === "advanced";
    if (this.picking && !regional) this.picking = false;
  }

  /** After the first picture, starts playback; and the engine, if the drawing module did not arrive. */
  #painted = (): void => {
    if (!this.#still.matches && !this.session.link.still) this.session.player.play();
    if (this.session.promptEngine && !this.session.engine.wanted) this.session.startEngine();
  };

  #togglePicking = (): void => {
    this.picking = !this.picking;
    this.session.announce(this.picking ? "Click joints on the figure to pick them" : "Picking ended");
  };

  #pick = (event: Event): void => {
    const joint = (event as CustomEvent<number>).detail;
    const { layout, state, settings } = this.session;
    if (!layout) return;
    const now = regionJoints(state, layout) ?? [];
    const joints = now.includes(joint)
      ? now.filter((one) => one !== joint)
      : [...now, joint].sort((a, b) => a - b);
    settings.set({ region: "picked", joints });
    this.session.announce(
      `${layout.joints[joint]} ${joints.includes(joint) ? "added" : "removed"}, ${joints.length} joints picked`,
    );
  };

  #sceneShown = (): void => this.#bring(this.renderRoot.querySelector(".view"));

  /** Outlines the part that a step of the tour is about, and brings it into sight. */
  #toured = (event: Event): void => {
    const part = (event as CustomEvent<string | null>).detail;
    for (const one of this.renderRoot.querySelectorAll(".toured")) one.classList.remove("toured");
    this.touring = part !== null;
    const names: Record<string, string> = {
      stage: ".view",
      attack: "ciasa-attack-panel",
      curves: "ciasa-curves",
      figures: "ciasa-figures",
    };
    const found = part && this.renderRoot.querySelector(names[part] ?? "main");
    if (!found) return;
    found.classList.add("toured");
    // After the redraw, which may give it another place.
    void this.updateComplete.then(() => this.#bring(found));
  };

  #bring(part: Element | null): void {
    // The tour's words cover the lower part of a phone.
    const block = this.touring && this.#narrow.matches ? "start" : "nearest";
    part?.scrollIntoView({ block, behavior: this.#still.matches ? "auto" : "smooth" });
  }

  #dragged = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.dropping = event.type === "dragover";
  };

  #dropped = (event: DragEvent): void => {
    event.preventDefault();
    this.dropping = false;
    if (event.dataTransfer) void this.session.addDropped(event.dataTransfer);
  };

  #fire(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}
