import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { sentence } from "../../base/failure.ts";
import type { Setting } from "../../body/person.ts";
import { fileStem, save } from "../../files/exports.ts";
import type { Answer } from "../../lab/cameras.ts";
import { CrossModal } from "../../playground/crossmodal.ts";
import { Part, shared } from "../base.ts";
import { download } from "../icons.ts";

const HINT =
  "A pose estimator looks at the film (8 MB are loaded once), and the network recognises what it finds.";
/** Frames from one picture to the next. */
const EVERY = 2;

/** One click sends the clip through the camera; a table compares the network's answers. */
@customElement("ciasa-film-camera")
export class FilmCamera extends Part {
  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 10px; }
      .bar { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; }
      .table { overflow-x: auto; }
      table { border-collapse: collapse; font-size: 14px; }
      th, td { padding: 6px 18px 6px 0; text-align: left; border-bottom: 1px solid var(--line); }
      thead th { color: var(--ink-2); font-weight: 500; }
      .Clean { color: var(--clean); }
      .Perturbed { color: var(--perturbed); }
      .bad { color: var(--bad); }
    `,
  ];

  @property({ attribute: false }) setting: Setting = { seed: 1, yaw: 0 };
  /** For scripts too: what sends clips through the camera. */
  camera: CrossModal | null = null;
  readonly #changed = (): void => this.requestUpdate();

  override willUpdate(): void {
    super.willUpdate();
    if (this.camera) return;
    this.camera = new CrossModal(this.playground);
    this.camera.addEventListener("change", this.#changed);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.camera?.removeEventListener("change", this.#changed);
    this.camera?.dispose();
    this.camera = null;
  }

  override render() {
    const { camera } = this;
    if (!camera) return nothing;
    const { running, failure, obstacle } = camera;
    return html`
      <div class="bar">
        <button ?disabled=${running !== null || obstacle !== null}
          @click=${() => void camera.run(this.setting, EVERY)}>Send through the camera</button>
        ${
          running
            ? html`<span role="status">${running.words}: ${Math.round(100 * running.share)} %</span>
              <progress max="1" value=${running.share}></progress>
              <button class="small" @click=${() => camera.cancel()}>Cancel</button>`
            : html`<span class="hint">${obstacle ?? HINT}</span>`
        }
      </div>
      ${failure ? html`<p class="bad" role="alert">${sentence(failure.message)}</p>` : nothing}
      ${this.#table(camera)}
    `;
  }

  #table({ result }: CrossModal) {
    // An answer belongs to the clip and the camera that it came from.
    if (!result || result.clip !== this.playground.clip) return nothing;
    const { rows, setting } = result;
    const { taken, found } = result.recovery;
    const cell = ({ label, p }: Answer) =>
      html`<td>${label} <span class="number">${Math.round(100 * p)} %</span></td>`;
    return html`
      <div class="table"><table>
        <thead><tr><th></th><th scope="col">From the skeleton</th><th scope="col">Through the camera</th>
          <th scope="col">Joints off by</th></tr></thead>
        <tbody>${rows.map(
          ({ name, skeleton, film, error }) => html`<tr><th scope="row" class=${name}>${name}</th>
            ${cell(skeleton)}${cell(film)}<td class="number">${error.toFixed(1)} cm</td></tr>`,
        )}</tbody>
      </table></div>
      ${
        rows.length > 1
          ? html`<div><button class="small" @click=${() => void this.#sheet()}>${download}
            Figure of six rows, PNG</button></div>`
          : nothing
      }
      <p class="hint">Camera at ${setting.yaw}°; the person was found in ${found} of ${taken} pictures, one of every
        ${EVERY} frames. The clip keeps no place in the room, so the network is asked about joints around the pelvis.
        The estimator's constant offset of each joint is fitted on the clean film. Joints: mean of 13 main joints after
        the best similarity of each frame.</p>
    `;
  }

  async #sheet(): Promise<void> {
    const { clip, perturbed, setting, recovery } = this.camera?.result ?? {};
    if (!clip || !perturbed || !setting || !recovery) return;
    const sheet = await this.camera?.sheet(clip, perturbed, setting, recovery);
    const blob = await new Promise<Blob | null>((resolve) => sheet?.toBlob(resolve, "image/png"));
    if (!blob) return;
    const bytes = new Uint8Array(await blob.arrayBuffer());
    save(`${fileStem(this.playground)}-figure.png`, bytes, "image/png");
  }
}
