import { html, nothing } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";
import type { LayoutId } from "../../base/clip.ts";
import type { Stage } from "../../camera/host.ts";
import { REMARKS } from "../../camera/remark.ts";
import type { CameraSession } from "../../camera/session.ts";
import type { Recognition } from "../../core/types.ts";
import { fieldValue, isChecked, Part, shared } from "../base.ts";
import { percent } from "../units.ts";
import { cleared, drawBones, inMirror, inPicture } from "./draw.ts";
import { layoutChoice } from "./layout-choice.ts";
import { cameraStyle } from "./style.ts";

/** The camera's preview with the skeleton over it, what the network sees, and the recording. */
@customElement("ciasa-camera-live")
export class CameraLive extends Part {
  static override styles = [shared, cameraStyle];

  @property({ attribute: false }) session!: CameraSession;
  @query(".preview canvas") private overlay!: HTMLCanvasElement | null;
  @query(".seen canvas") private seen!: HTMLCanvasElement | null;
  /** The stage that is drawn: another one has other buttons, and the first gets the focus. */
  #drawn: Stage | null = null;

  override render() {
    const { session } = this;
    const { stage, remark, rate } = session;
    const busy = stage !== "live";
    const found = session.people.length > 0 ? "Your skeleton is found." : "Looking for you.";
    return html`
      <div class="two">
        <div class="preview">${session.video}<canvas aria-hidden="true"></canvas>
          ${
            stage === "countdown"
              ? html`<div class="big" aria-hidden="true">${Math.ceil(session.left)}</div>`
              : nothing
          }
        </div>
        <div class="side">
          <div class="seen"><canvas role="img" aria-label="The skeleton that the network gets"></canvas></div>
          ${this.#answers()}
        </div>
      </div>
      <p class="remark" role="status">${remark ? REMARKS[remark] : found}</p>
      <p class="hint"><span class="number">${rate.toFixed(1)}</span> pictures a second. Nothing is sent anywhere.</p>
      ${busy ? this.#busy() : this.#settings()}
    `;
  }

  override updated(): void {
    this.#drawOverlay();
    this.#drawSeen();
    if (this.session.stage === this.#drawn) return;
    this.#drawn = this.session.stage;
    this.renderRoot.querySelector<HTMLElement>("[data-first]")?.focus();
  }

  #settings() {
    const { session } = this;
    return html`
      <div class="settings">
        <label><input type="checkbox" role="switch" .checked=${session.attacking}
          @change=${(event: Event) => session.attack(isChecked(event))} /> Attack me</label>
        <label>Record
          <select aria-label="Length of the recording" @change=${(event: Event) => {
            session.seconds = Number(fieldValue(event));
          }}>${[3, 4, 5, 6, 8, 10].map(
            (seconds) =>
              html`<option value=${seconds} .selected=${seconds === session.seconds}>${seconds} seconds</option>`,
          )}</select></label>
        <label><input type="checkbox" .checked=${session.keep} @change=${(event: Event) => {
          session.keep = isChecked(event);
        }} /> Keep the video</label>
      </div>
      ${layoutChoice(session.layout, (layout: LayoutId) => session.shape({ layout }))}
      <div class="actions">
        <button @click=${() => this.playground.camera.close()}>Cancel</button>
        <button class="primary" data-first @click=${() => void session.record()}>Record</button>
      </div>`;
  }

  #busy() {
    const { session } = this;
    const { done, total } = session.progress;
    const words = {
      countdown: `Recording starts in ${Math.ceil(session.left)} s`,
      recording: `Recording, ${session.left.toFixed(1)} s left`,
      reading: `Looking at picture ${done} of ${total}`,
    }[session.stage as "countdown" | "recording" | "reading"];
    const share =
      session.stage === "reading" ? done / Math.max(1, total) : 1 - session.left / session.seconds;
    return html`
      <p><span class="number">${words}</span></p>
      <progress aria-label=${session.stage === "reading" ? "Pictures of the recording" : "Recording"} max="1"
        .value=${session.stage === "countdown" ? 0 : share}></progress>
      <div class="actions"><button data-first @click=${() => session.cancel()}>Cancel</button></div>`;
  }

  #answers() {
    const { answer, trouble, attacking } = this.session;
    const { engine } = this.playground;
    const classes = engine.state.model?.classes ?? [];
    if (trouble) return html`<p class="bad" role="alert">The network does not answer. ${trouble}</p>`;
    if (!answer) {
      const loaded = engine.state.status === "ready" && engine.loading === null;
      const words = loaded ? "Move: the network looks at the last 2.5 seconds." : "The network is loading.";
      return html`<p class="hint">${words}</p>`;
    }
    const [clean] = answer.clean;
    const [attacked] = answer.attacked ?? [];
    const flipped = clean && attacked && clean.index !== attacked.index;
    return html`<div class="answers">
      ${this.#answer("Your motion", "clean", clean, classes)}
      ${attacked ? this.#answer("Attacked", `attacked ${flipped ? "flipped" : ""}`, attacked, classes) : nothing}
      <p class="hint"><span class="number">${answer.rate.toFixed(1)}</span>
        ${attacking ? "attacks" : "answers"} a second${flipped ? ". The label has flipped." : ""}</p>
    </div>`;
  }

  #answer(title: string, kind: string, top: Recognition["top"][number] | undefined, classes: string[]) {
    if (!top) return nothing;
    return html`<div class="answer ${kind}"><span>${title}: <strong>${classes[top.index] ?? ""}</strong></span>
      <span class="number">${percent(top.p)}</span>
      <span class="bar"><i style=${styleMap({ width: `${100 * top.p}%` })}></i></span></div>`;
  }

  #drawOverlay(): void {
    const { overlay } = this;
    const context = overlay && cleared(overlay);
    const parents = this.#layout("mediapipe-33-picture")?.parents;
    if (!overlay || !context || !parents) return;
    const { videoWidth, videoHeight } = this.session.video;
    if (videoWidth > 0 && overlay.parentElement)
      overlay.parentElement.style.aspectRatio = `${videoWidth} / ${videoHeight}`;
    for (const [index, { picture }] of this.session.people.entries())
      drawBones(context, inPicture(overlay, picture), parents, index === 0 ? "#59c3ff" : "#ffffff80");
  }

  /** The latest frame of the window: clean, and perturbed over it. */
  #drawSeen(): void {
    const { seen } = this;
    const context = seen && cleared(seen);
    const { answer } = this.session;
    const layout = answer && this.#layout(answer.clip.layout);
    if (!seen || !context || !answer || !layout) return;
    const last = answer.clip.frames - 1;
    const points = (data: Float32Array) => inMirror(seen, answer.clip, layout, data, last);
    drawBones(context, points(answer.clip.data), layout.parents, this.#colour("--clean"));
    if (answer.perturbed)
      drawBones(context, points(answer.perturbed), layout.parents, this.#colour("--perturbed"), true);
  }

  #layout(id: LayoutId) {
    return this.playground.layouts.find((layout) => layout.id === id);
  }

  #colour(name: string): string {
    return getComputedStyle(this).getPropertyValue(name).trim();
  }
}
