import { css, html } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { heat } from "../attack/attribution.ts";
import type { Kept } from "../attack/kept.ts";
import { asFailure, sentence } from "../base/failure.ts";
import type { Cameras } from "../viewer/cameras.ts";
import { Controls } from "../viewer/controls.ts";
import { Viewer } from "../viewer/viewer.ts";
import { Part, shared } from "./base.ts";
import { pace } from "./pace.ts";
import { playerKey } from "./player-keys.ts";

/** The kept result, drawn beside the stage's figure: same frame, same camera, same options. Fires "camera". */
@customElement("ciasa-kept-view")
export class KeptView extends Part {
  static override styles = [
    shared,
    css`
      :host { display: block; min-width: 0; min-height: 0; overflow: hidden; }
      canvas { display: block; width: 100%; height: 100%; touch-action: pan-y; cursor: grab; }
      canvas:active { cursor: grabbing; }
      canvas:focus-visible { outline-offset: -3px; border-radius: var(--radius); }
    `,
  ];

  @property({ attribute: false }) cameras!: Cameras;
  @state() private trouble: string | null = null;
  @state() private canvases = 0;
  @query("canvas") private canvas!: HTMLCanvasElement;
  #viewer: Viewer | null = null;
  #begun: HTMLCanvasElement | null = null;
  #shown: Kept | null = null;
  #heated: unknown = null;
  #observers: { disconnect(): void }[] = [];
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");
  readonly #frame = (): void => this.#follow();
  readonly #changed = (): void => this.paint();

  override render() {
    const { kept } = this.playground.comparison;
    const label = `3-D view of the kept result: ${kept?.now.label ?? ""}. Its keys are those of the other view.`;
    return html`${keyed(
      this.canvases,
      html`<canvas tabindex="0" role="application" aria-label=${label} @keydown=${this.#key}></canvas>`,
    )}
    ${this.trouble ? html`<p class="hint" role="alert">${this.trouble}</p>` : ""}`;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // A canvas whose context was released cannot be used again.
    if (this.hasUpdated) this.canvases += 1;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    pace.drop(this.#draw);
    for (const observer of this.#observers) observer.disconnect();
    this.#observers = [];
    this.playground.player.removeEventListener("frame", this.#frame);
    this.#dark.removeEventListener("change", this.#changed);
    if (this.#viewer) this.cameras.remove(this.#viewer);
    this.#viewer?.dispose();
    this.#viewer = null;
  }

  override updated(): void {
    if (this.canvas !== this.#begun) void this.#begin();
    this.#sync();
  }

  /** Draws once in the next animation frame. */
  paint(): void {
    if (this.#viewer) pace.paint(this.#draw);
  }

  readonly #draw = (): void => {
    this.#viewer?.set({ dark: this.#dark.matches });
    this.#viewer?.setFrame(this.playground.player.frame);
    this.#viewer?.draw();
  };

  #follow(): void {
    if (this.#viewer) pace.follow(this.#draw, this.playground);
  }

  async #begin(): Promise<void> {
    const canvas = this.canvas;
    this.#begun = canvas;
    this.#shown = null;
    this.#heated = null;
    let viewer: Viewer;
    try {
      viewer = await Viewer.create(canvas);
    } catch (thrown) {
      this.trouble = sentence(asFailure(thrown).message);
      return;
    }
    if (canvas !== this.canvas || !this.isConnected) return viewer.dispose();
    this.#viewer = viewer;
    this.cameras.add(viewer);
    const size = new ResizeObserver(() => this.#resize());
    size.observe(this);
    const controls = new Controls(canvas, viewer, this.cameras);
    controls.addEventListener("camera", () => this.#moved());
    this.#observers = [size, { disconnect: () => controls.dispose() }];
    this.playground.player.addEventListener("frame", this.#frame);
    this.#dark.addEventListener("change", this.#changed);
    this.#resize();
    this.#sync();
    this.#moved();
  }

  #sync(): void {
    const viewer = this.#viewer;
    const { comparison, state } = this.playground;
    const { kept } = comparison;
    if (!viewer || !kept) return;
    if (kept !== this.#shown) {
      viewer.setClip(kept.clip);
      // A clip in the plane of a picture begins with a view of its own.
      viewer.viewpoint = this.cameras.viewpoint;
      viewer.setPerturbed(kept.data);
      this.#shown = kept;
      this.#heated = null;
    }
    const why = state.attribution ? kept.attribution : null;
    if (why !== this.#heated) {
      viewer.setHeat(why && heat(why, kept.clip));
      this.#heated = why;
    }
    const { joints } = kept.config;
    viewer.set({ view: state.view, magnify: state.magnify, trails: state.trails, region: joints });
    this.#follow();
  }

  #moved(): void {
    this.paint();
    this.dispatchEvent(new Event("camera"));
  }

  #resize(): void {
    const { width, height } = this.getBoundingClientRect();
    if (width > 0 && height > 0) this.#viewer?.resize(width, height, Math.min(devicePixelRatio, 2));
    this.paint();
  }

  #key = (event: KeyboardEvent): void => playerKey(event, this.playground.player);
}
