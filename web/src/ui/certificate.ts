import { css, html, nothing, svg } from "lit";
import { customElement } from "lit/decorators.js";
import type { CertifiedAnswer } from "../core/types.ts";
import { type Certification, ORDER } from "../playground/certified.ts";
import { Part, shared } from "./base.ts";
import { digits, length, percent } from "./units.ts";

/** Pixels of the drawing: width, height, and where the clip is. */
const [WIDTH, HEIGHT, X, Y] = [316, 112, 62, 56];
/** The largest ring, and the farthest mark. */
const [RING, FAR] = [38, 226];

/** Certifies the clip on the stage: a vote of the network over noise, and the radius within which its answer holds. */
@customElement("ciasa-certificate")
export class CertificateCard extends Part {
  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 6px; margin-top: 10px; font-size: 12.5px; }
      .row { display: flex; flex-wrap: wrap; gap: 6px 10px; align-items: center; }
      progress { height: 5px; width: 100%; }
      p { max-width: 62ch; color: var(--ink-2); }
      .result { color: var(--ink); }
      svg { display: block; width: 100%; max-width: 420px; height: auto; }
      text { font: 11px var(--font); fill: var(--ink-2); }
    `,
  ];

  override render() {
    const { certified, clip, model, engine, claim } = this.playground;
    const vote = certified.now;
    if (!clip || (!model && !vote)) return nothing;
    const able = claim === null && engine.state.status === "ready";
    const again = vote ? "Certify again" : "Certify this clip";
    return html`
      <div class="row">
        ${
          certified.running
            ? html`<button class="small" @click=${() => certified.cancel()}>Cancel certifying</button>`
            : html`<button class="small" ?disabled=${!able} aria-describedby=${vote ? nothing : "about"}
              @click=${() => void certified.start()}>${again}</button>`
        }
        ${certified.running ? html`<span class="hint number">${progress(vote)}</span>` : nothing}
      </div>
      ${
        certified.running
          ? html`<progress max=${vote?.step?.of ?? 1} value=${vote?.step?.drawn ?? 0}
            aria-label="Draws of the vote"></progress>`
          : nothing
      }
      ${
        vote
          ? nothing
          : html`<p class="hint" id="about">How far may any change of this clip go without changing the answer? The
        network votes over random motions.</p>`
      }
      ${vote?.end ? this.#result(vote) : nothing}`;
  }

  #result(vote: Certification) {
    if (vote.end === "cancelled") return html`<p role="status">Cancelled.</p>`;
    if (vote.end === "failed") {
      return html`<p role="status">Stopped: ${vote.failure} The clip is kept; certify it again.</p>`;
    }
    const answer = vote.step?.certificate;
    const { layout } = this.playground;
    if (!layout) return nothing;
    const noise = `random motions of ${length(ORDER.deviation, layout)}`;
    if (!answer) {
      return html`<p class="result" role="status">No certificate: under ${noise} no class is sure to have more than half
        of the answers.</p>`;
    }
    const reached = this.playground.certified.measuresAttack ? (vote.step?.reached ?? null) : null;
    const shift =
      answer.offset === null
        ? ""
        : ` As a shift of one coordinate of one joint over the whole clip: ${length(answer.offset, layout)}.`;
    return html`
      ${ring(answer.radius, reached)}
      <p class="result" role="status">Under ${noise} the network says “${vote.model.classes[answer.class]}” in at least
        ${percent(answer.probability)} of the draws. No change shorter than ${digits(answer.radius)} standard deviations
        of the noise changes the answer of this vote.${shift}</p>
      <p>${vote.step?.of} draws; wrong with a probability of ${100 * ORDER.alpha} % at most. It holds for the vote, not
        for the network without noise.</p>
      ${reached === null ? nothing : html`<p>${beside(answer, reached)}</p>`}`;
  }
}

function progress(vote: Certification | null): string {
  return vote?.step ? `${vote.step.drawn} of ${vote.step.of} draws` : "Drawing the first motions.";
}

function beside({ radius }: CertifiedAnswer, reached: number): string {
  const far = `The attack on the stage has gone ${digits(reached)} standard deviations`;
  return reached < radius
    ? `${far}: within the radius, so it does not change the answer of the vote.`
    : `${far}, ${digits(reached / radius)} times the radius: the certificate says nothing about it.`;
}

/** The clip, the radius as a ring around it, and the attack outside or inside; distances are logarithmic. */
function ring(radius: number, reached: number | null) {
  const size = (distance: number) => Math.log2(1 + distance);
  const scale = Math.min(RING / size(radius), reached === null ? Infinity : FAR / size(reached));
  const r = Math.max(6, scale * size(radius));
  const x = reached === null ? 0 : X + scale * size(reached);
  const attack = reached === null ? "" : `; the attack is at ${digits(reached)}`;
  const label = `The certified radius of ${digits(radius)} standard deviations as a ring around the clip${attack}`;
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${label}>
    <circle cx=${X} cy=${Y} r=${r} fill="var(--clean-soft)" stroke="var(--clean)" stroke-width="2" />
    <circle cx=${X} cy=${Y} r="3.5" fill="var(--clean)" />
    <text x=${X} y=${Math.min(HEIGHT - 3, Y + r + 12)} text-anchor="middle">${digits(radius)}</text>
    ${
      reached === null
        ? nothing
        : svg`<path d="M${X} ${Y}H${x}" stroke="var(--line-strong)" stroke-dasharray="3 3" />
          <path d="M${x} ${Y - 6}l6 6-6 6-6-6z" fill="var(--perturbed)" />
          <text x=${x} y=${Y + 22} text-anchor="middle">${digits(reached)}</text>
          <text x=${x} y=${Y - 12} text-anchor="middle">attack</text>`
    }
  </svg>`;
}
