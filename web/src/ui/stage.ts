import { css, html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { heat } from "../attack/attribution.ts";
import { regionJoints } from "../attack/config.ts";
import { asFailure, Failure, sentence } from "../base/failure.ts";
import type { Shot } from "../files/easel.ts";
import { Cameras } from "../viewer/cameras.ts";
import { Controls } from "../viewer/controls.ts";
import { Viewer } from "../viewer/viewer.ts";
import { Part, shared } from "./base.ts";
import { answerWords } from "./comparison.ts";
import type { KeptView } from "./kept-view.ts";
import { pace } from "./pace.ts";
import { playerKey } from "./player-keys.ts";

const HELP =
  "Drag or use the arrow keys to turn, shift and arrows to move, plus and minus to zoom, 0 to reset the camera, " +
  "space to play or pause.";

/** The 3-D view. Its canvas follows the player; gestures and keys move the camera. */
@customElement("ciasa-stage")
export class Stage extends Part {
  static override styles = [
    shared,
    css`
      :host { display: block; position: relative; min-height: 0; overflow: hidden; }
      :host(.comparing) { display: grid; grid-template: auto minmax(0, 1fr) / repeat(2, minmax(0, 1fr)); }
      .who { padding: 8px 14px 0; font-size: 13px; overflow-wrap: anywhere; }
      .who + .who, ciasa-kept-view + canvas { border-left: 1px solid var(--line); }
      canvas { min-height: 0; }
      canvas { display: block; width: 100%; height: 100%; touch-action: pan-y; cursor: grab; opacity: 0; }
      canvas:active { cursor: grabbing; }
      canvas.picking { cursor: crosshair; }
      canvas.painted { opacity: 1; transition: opacity 240ms; }
      canvas:focus-visible { outline-offset: -3px; border-radius: var(--radius); }
      .poster { position: absolute; inset: 0; display: grid; place-items: center; }
      .trouble {
        position: absolute;
        inset: 0;
        display: grid;
        place-content: center;
        gap: 6px;
        padding: 24px;
        text-align: center;
      }
    `,
  ];

  /** Is the visitor picking joints on the figure? */
  picking = false;
  @state() private painted = false;
  @state() private trouble: string | null = null;
  @query("canvas") private canvas!: HTMLCanvasElement;
  @state() private canvases = 0;
  #viewer: Viewer | null = null;
  #begun: HTMLCanvasElement | null = null;
  #shown: { clip: unknown; data: unknown; why: unknown } = { clip: null, data: null, why: null };
  #visible = true;
  #observers: { disconnect(): void }[] = [];
  readonly #cameras = new Cameras();
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");
  readonly #changed = (): void => this.paint();
  readonly #frame = (): void => this.#follow();

  override render() {
    const { clip } = this.playground;
    const label = clip ? `3-D view of the clip ${clip.name}. ${HELP}` : "3-D view, no clip yet";
    return html`
      ${this.#kept()}
      ${keyed(
        this.canvases,
        html`<canvas tabindex="0" role="application" aria-label=${label} aria-describedby="camera" @keydown=${this.#key}
          class="${this.painted ? "painted" : ""} ${this.picking ? "picking" : ""}"></canvas>`,
      )}
      <span id="camera" class="visually-hidden">${this.painted ? this.#viewer?.describeCamera() : ""}</span>
      ${this.painted || this.trouble ? "" : html`<div class="poster"><slot></slot></div>`}
      ${
        this.trouble
          ? html`<div class="trouble" role="alert"><strong>The 3-D view is not available.</strong>
        <p class="hint">${this.trouble}</p><p class="hint">Recognising and attacking work without it.</p></div>`
          : ""
      }
    `;
  }

  override willUpdate(): void {
    super.willUpdate();
    this.classList.toggle("comparing", this.playground.comparison.kept !== null);
  }

  /** The kept result's picture, and what is in the two pictures. */
  #kept() {
    const { kept, current } = this.playground.comparison;
    if (!kept) return nothing;
    return html`<p class="who"><strong>Kept</strong> ${answerWords(kept.now)}</p>
      <p class="who"><strong>Current</strong> ${current ? answerWords(current.now) : "not attacked yet"}</p>
      <ciasa-kept-view .playground=${this.playground} .cameras=${this.#cameras}
        @camera=${() => this.paint()}></ciasa-kept-view>`;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Moved within the document: a canvas whose context was released cannot be used again.
    if (this.hasUpdated) this.canvases += 1;
  }

  async #begin(): Promise<void> {
    const canvas = this.canvas;
    this.#begun = canvas;
    this.#shown = { clip: null, data: null, why: null };
    let viewer: Viewer;
    try {
      viewer = await Viewer.create(canvas);
    } catch (thrown) {
      this.trouble = sentence(asFailure(thrown).message);
      this.#first();
      return;
    }
    if (canvas !== this.canvas || !this.isConnected) return viewer.dispose();
    this.#viewer = viewer;
    this.#cameras.add(viewer);
    const size = new ResizeObserver(() => this.#resize());
    size.observe(this);
    size.observe(canvas);
    const sight = new IntersectionObserver(([entry]) => {
      this.#visible = entry?.isIntersecting ?? true;
      this.paint();
    });
    sight.observe(this);
    const controls = new Controls(canvas, viewer, this.#cameras);
    controls.addEventListener("camera", () => {
      this.#moved();
      this.requestUpdate();
    });
    controls.addEventListener("pick", (event) => this.#picked((event as CustomEvent<number | null>).detail));
    this.#observers = [size, sight, { disconnect: () => controls.dispose() }];
    this.playground.easel = {
      viewpoint: () => viewer.viewpoint,
      size: () => [canvas.clientWidth, canvas.clientHeight],
      draw: (onto, left, top, shot) =>
        this.#shoot(shot, () => {
          viewer.draw();
          onto.drawImage(canvas, left, top);
        }),
      svg: (shot) => this.#shoot(shot, () => viewer.svg()),
    };
    this.playground.changed();
    this.playground.player.addEventListener("frame", this.#frame);
    this.#dark.addEventListener("change", this.#changed);
    this.#resize();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#drop();
  }

  override updated(): void {
    if (this.canvas !== this.#begun) void this.#begin();
    this.#sync();
  }

  resetCamera(): void {
    this.#cameras.resetCamera();
    this.#moved();
  }

  #moved(): void {
    this.paint();
    this.renderRoot.querySelector<KeptView>("ciasa-kept-view")?.paint();
  }

  /** Draws once in the next animation frame, unless the stage is out of sight. */
  paint(): void {
    if (this.#drawn) pace.paint(this.#draw);
  }

  /** Whether a picture is drawn: in sight, and the first one anywhere, as playback and the engine wait for it. */
  get #drawn(): boolean {
    return this.#viewer !== null && (!this.painted || this.#visible);
  }

  readonly #draw = (): void => {
    const viewer = this.#viewer;
    if (!viewer || !this.playground.clip) return;
    viewer.set({ dark: this.#dark.matches });
    viewer.setFrame(this.playground.player.frame);
    viewer.draw();
    if (!this.painted) this.#first();
  };

  /** Draws the player's frame, or what an attack has changed. */
  #follow(): void {
    if (this.#drawn) pace.follow(this.#draw, this.playground);
  }

  /** Passes changes to the viewer. */
  #sync(): void {
    const viewer = this.#viewer;
    if (!viewer) return;
    const { clip, perturbed: data, state, layout, attributed } = this.playground;
    if (clip !== this.#shown.clip) {
      viewer.setClip(clip);
      this.#shown = { clip, data: null, why: null };
    }
    const { link } = this.playground;
    if (clip && link.viewpoint) {
      const wanted = link.viewpoint;
      link.viewpoint = null;
      this.#cameras.viewpoint = wanted;
      const taken = viewer.viewpoint ?? [];
      // An azimuth may go around more than once; the others have bounds.
      if (wanted.slice(1).some((one, i) => Math.abs(one - (taken[i + 1] ?? 0)) > 0.01))
        link.repaired(["“look” is beyond where the camera goes; the nearest view is shown."]);
      this.#moved();
    }
    if (data !== this.#shown.data) {
      viewer.setPerturbed(data);
      this.#shown.data = data;
    }
    const why = state.attribution ? attributed.found : null;
    if (clip && why !== this.#shown.why) {
      viewer.setHeat(why && heat(why, clip));
      this.#shown.why = why;
    }
    const region = layout && (this.picking || state.mode === "localized" || state.mode === "advanced");
    viewer.set({
      view: state.view,
      magnify: state.magnify,
      trails: state.trails,
      region: region ? regionJoints(state, layout) : null,
      picking: this.picking,
    });
    this.#follow();
  }

  /** Sets the viewer up for a picture, takes it, and draws what was on show again, all before the next refresh. */
  #shoot<T>(shot: Shot, take: () => T): T {
    const viewer = this.#viewer;
    if (!viewer) throw new Failure("device", "The 3-D view is gone. Reload the page.");
    const { state, player } = this.playground;
    try {
      viewer.set({ view: shot.view ?? state.view, dark: false, picking: false });
      viewer.setFrame(shot.frame ?? player.frame);
      viewer.resize(shot.width, shot.height, shot.scale);
      return take();
    } finally {
      this.#fit();
      viewer.set({ view: state.view, dark: this.#dark.matches, picking: this.picking });
      viewer.setFrame(player.frame);
      viewer.draw();
    }
  }

  #resize(): void {
    this.#fit();
    this.paint();
  }

  #fit(): void {
    const { width, height } = this.canvas.getBoundingClientRect();
    if (width > 0 && height > 0) this.#viewer?.resize(width, height, Math.min(devicePixelRatio, 2));
  }

  #picked(joint: number | null): void {
    if (this.picking && joint !== null) this.dispatchEvent(new CustomEvent("pick", { detail: joint }));
  }

  #key = (event: KeyboardEvent): void => playerKey(event, this.playground.player);

  #first(): void {
    this.painted = this.trouble === null;
    this.dispatchEvent(new Event("painted"));
  }

  #drop(): void {
    pace.drop(this.#draw);
    for (const observer of this.#observers) observer.disconnect();
    this.#observers = [];
    this.playground.player.removeEventListener("frame", this.#frame);
    this.#dark.removeEventListener("change", this.#changed);
    if (this.#viewer) this.#cameras.remove(this.#viewer);
    this.#viewer?.dispose();
    this.#viewer = null;
    this.playground.easel = null;
    this.painted = false;
  }
}
