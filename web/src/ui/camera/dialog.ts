import { html, nothing, type PropertyValues } from "lit";
import { customElement, query } from "lit/decorators.js";
import { sentence } from "../../base/failure.ts";
import type { Stage } from "../../camera/host.ts";
import type { CameraSession } from "../../camera/session.ts";
import { Part, shared } from "../base.ts";
import { dialogStyle } from "../dialog-style.ts";
import { fileButton } from "../file-button.ts";
import { cross } from "../icons.ts";
import { megabytes } from "../units.ts";
import { cameraStyle } from "./style.ts";
import "./live.ts";
import "./trim.ts";

const VIDEOS = "video/*,.mp4,.m4v,.mov,.webm";
const NOWHERE = "Pictures and skeleton stay in this page and are sent nowhere.";

const TITLES: Record<Stage, string> = {
  asking: "Use your camera",
  loading: "The camera starts",
  live: "Your camera",
  countdown: "Get ready",
  recording: "Recording",
  reading: "Finding the skeleton",
  trimming: "Trim the clip",
  failed: "The camera does not work",
};

/** The camera, from the permission to the trimmed clip; also a video file on the same way. */
@customElement("ciasa-camera-dialog")
export class CameraDialog extends Part {
  static override styles = [shared, dialogStyle, cameraStyle];

  @query("dialog") private dialog!: HTMLDialogElement | null;
  /** The stage that is drawn: another one moves the focus. */
  #drawn: Stage | null = null;

  override willUpdate(): void {
    super.willUpdate();
    // Closed before it is removed, so that the focus returns to where it was.
    if (!this.playground.camera.session) {
      this.#drawn = null;
      this.dialog?.close();
    }
  }

  override render() {
    const { session } = this.playground.camera;
    if (!session) return nothing;
    const title =
      session.isFile && session.stage === "failed" ? "The video was not read" : TITLES[session.stage];
    return html`<dialog aria-labelledby="title" @cancel=${this.#cancelled}>
      <div class="body">
        <div class="head">
          <h2 id="title">${title}</h2>
          <button class="plain" aria-label="Close the camera" @click=${this.#close}>${cross}</button>
        </div>
        ${this.#stage(session)}
      </div>
    </dialog>`;
  }

  override updated(changed: PropertyValues): void {
    super.updated(changed);
    const { dialog } = this;
    const { session } = this.playground.camera;
    if (!dialog || !session) return;
    if (!dialog.open) dialog.showModal();
    if (session.stage === this.#drawn) return;
    this.#drawn = session.stage;
    // The parts for preview and trimming move the focus themselves.
    dialog.querySelector<HTMLElement>("[data-first]")?.focus();
  }

  #stage(session: CameraSession) {
    switch (session.stage) {
      case "asking":
        return this.#asking();
      case "loading":
        return this.#loading(session);
      case "failed":
        return this.#failed(session);
      case "trimming":
        return html`<ciasa-camera-trim .playground=${this.playground} .session=${session}></ciasa-camera-trim>`;
      default:
        return session.isFile
          ? this.#reading(session)
          : html`<ciasa-camera-live .playground=${this.playground} .session=${session}></ciasa-camera-live>`;
    }
  }

  #asking() {
    return html`
      <p>Move in front of your camera, see what the network sees, and attack your own motion. Your browser asks for the
        camera, because the page finds 33 points of your body in its pictures.</p>
      <p><strong>${NOWHERE}</strong> Each picture is dropped as soon as the skeleton is found, unless you choose to keep
        the video.</p>
      <p class="hint">MediaPipe's pose estimator (Apache-2.0) is loaded from this page's own server, about 15 MiB.</p>
      <div class="actions">
        <button @click=${this.#close}>Cancel</button>
        ${this.#videoButton()}
        <button class="primary" data-first @click=${this.#start}>Allow the camera</button>
      </div>`;
  }

  #loading(session: CameraSession) {
    const { done, total } = session.progress;
    const words =
      total > 0
        ? `Loading the pose estimator, ${megabytes(done)} of ${megabytes(total)}`
        : "Waiting for the camera";
    return html`
      <p role="status">${done > 0 && total === 0 ? `Loading the pose estimator, ${megabytes(done)}` : words}</p>
      <progress aria-label="Loading the pose estimator" max="1" .value=${total > 0 ? done / total : 0}></progress>
      <p class="hint">${NOWHERE}</p>
      <div class="actions"><button data-first @click=${this.#stop}>Cancel</button></div>`;
  }

  #reading(session: CameraSession) {
    const { done, total } = session.progress;
    return html`
      <p role="status">Looking at picture <span class="number">${done} of ${total || "…"}</span> of ${session.name}</p>
      <progress aria-label="Pictures of the video" max="1" .value=${total > 0 ? done / total : 0}></progress>
      <p class="hint">${NOWHERE}</p>
      <div class="actions"><button data-first @click=${this.#stop}>Cancel</button></div>`;
  }

  #failed(session: CameraSession) {
    return html`
      <div role="alert">
        <p><strong>${session.failure?.title}</strong></p>
        <p class="bad">${sentence(session.failure?.cause.message ?? "")}</p>
      </div>
      <p class="hint">The clip on the stage is kept.</p>
      <div class="actions">
        <button @click=${this.#close}>Close</button>
        ${this.#videoButton()}
        <button class="primary" data-first @click=${this.#start}>Try again</button>
      </div>`;
  }

  #videoButton() {
    return fileButton({
      label: "Open a video file",
      name: "Video file",
      accept: VIDEOS,
      picked: ([file]) => {
        if (file) void this.playground.camera.open(file);
      },
    });
  }

  #start = (): void => void this.playground.camera.session?.start();

  /** Cancels loading or reading; a file has nothing to go back to. */
  #stop = (): void => {
    const { session } = this.playground.camera;
    if (session?.isFile) this.#close();
    else session?.cancel();
  };

  #close = (): void => this.playground.camera.close();

  /** Escape. */
  #cancelled = (event: Event): void => {
    event.preventDefault();
    this.#close();
  };
}
