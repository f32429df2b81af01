import { html, nothing } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import type { LayoutId } from "../../base/clip.ts";
import type { CameraSession } from "../../camera/session.ts";
import { fieldValue, Part, shared } from "../base.ts";
import { cleared, drawBones, inMirror } from "./draw.ts";
import { layoutChoice } from "./layout-choice.ts";
import { cameraStyle } from "./style.ts";

/** The shortest clip, in seconds. */
const LEAST = 0.5;

/** The recorded skeleton, playing between two handles; then it becomes the clip on the stage. */
@customElement("ciasa-camera-trim")
export class CameraTrim extends Part {
  static override styles = [shared, cameraStyle];

  @property({ attribute: false }) session!: CameraSession;
  @query("canvas") private canvas!: HTMLCanvasElement | null;
  #request = 0;
  readonly #still = matchMedia("(prefers-reduced-motion: reduce)");

  override render() {
    const { session } = this;
    const { trim, length, clip, smooth, trouble, kept } = session;
    const least = Math.min(LEAST, length);
    return html`
      <div class="seen trimmed"><canvas role="img" aria-label="The recorded skeleton"></canvas></div>
      ${
        clip
          ? html`<p class="hint" role="status"><span class="number">${clip.frames}</span> frames,
            <span class="number">${(clip.frames / clip.fps).toFixed(1)}</span> seconds</p>`
          : html`<p class="bad" role="alert">${trouble}</p>`
      }
      <div class="ranges">
        ${this.#range("Start", 0, length, trim.start, (start) =>
          session.shape({ start: Math.min(start, trim.end - least) }),
        )}
        ${this.#range("End", 0, length, trim.end, (end) =>
          session.shape({ end: Math.max(end, trim.start + least) }),
        )}
        ${this.#range("Smoothing", 0, 0.2, smooth, (value) => session.shape({ smooth: value }))}
      </div>
      ${layoutChoice(session.layout, (layout: LayoutId) => session.shape({ layout }))}
      <div class="actions">
        ${kept ? html`<button @click=${this.#save}>Save the video</button>` : nothing}
        ${
          session.isFile
            ? html`<button @click=${() => this.playground.camera.close()}>Cancel</button>`
            : html`<button @click=${() => session.again()}>Record again</button>`
        }
        <button class="primary" data-first ?disabled=${!clip} @click=${() => void this.playground.camera.use()}
          >Use this clip</button>
      </div>`;
  }

  override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>("[data-first]")?.focus();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const tick = (now: number) => {
      this.#draw(now);
      this.#request = requestAnimationFrame(tick);
    };
    this.#request = requestAnimationFrame(tick);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#request);
  }

  #range(name: string, min: number, max: number, value: number, set: (value: number) => void) {
    return html`<label><span>${name}</span><input type="range" aria-label=${name} min=${min} max=${max} step="0.01"
      .value=${String(value)} @input=${(event: Event) => {
        set(Number(fieldValue(event)));
        // A handle that was held back shows where it is.
        const field = event.currentTarget as HTMLInputElement;
        const { trim, smooth } = this.session;
        field.value = String({ Start: trim.start, End: trim.end }[name] ?? smooth);
      }} /></label><output class="number">${value.toFixed(2)} s</output>`;
  }

  /** Plays the clip in a loop; stands still where the visitor asked for less motion. */
  #draw(now: number): void {
    const { canvas } = this;
    const { clip } = this.session;
    const context = canvas && cleared(canvas);
    const layout = clip && this.playground.layouts.find(({ id }) => id === clip.layout);
    if (!canvas || !context || !clip || !layout) return;
    const frame = this.#still.matches ? 0 : Math.floor((now / 1000) * clip.fps) % clip.frames;
    const colour = getComputedStyle(this).getPropertyValue("--clean").trim();
    drawBones(context, inMirror(canvas, clip, layout, clip.data, frame), layout.parents, colour);
  }

  #save = (): void => {
    const { kept } = this.session;
    if (!kept) return;
    const address = URL.createObjectURL(kept);
    const ending = kept.type.includes("mp4") ? "mp4" : "webm";
    Object.assign(document.createElement("a"), { href: address, download: `camera.${ending}` }).click();
    URL.revokeObjectURL(address);
  };
}
