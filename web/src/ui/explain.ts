import { css, html, LitElement } from "lit";
import { customElement } from "lit/decorators.js";
import { shared } from "./base.ts";

/** What this is about, for a reader who has never heard of it. */
@customElement("ciasa-explain")
export class Explain extends LitElement {
  static override styles = [
    shared,
    css`
      :host { display: block; padding: 22px 24px 24px; }
      .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(250px, 1fr)); gap: 20px 32px; margin-top: 14px; }
      h2 { font-size: 17px; letter-spacing: -0.01em; }
      h3 { font-size: 13px; margin-bottom: 4px; }
      p { color: var(--ink-2); max-width: 62ch; }
      .cite { max-width: none; margin-top: 20px; padding-top: 14px; border-top: 1px solid var(--line); font-size: 12.5px; }
      a { color: var(--clean); }
    `,
  ];

  override render() {
    return html`
      <h2>How a skeleton fools a network</h2>
      <div class="columns">
        <section>
          <h3>The network</h3>
          <p>A graph convolutional network reads a clip of joints, linked as bones within a frame and as paths from frame to frame, and names the action.</p>
        </section>
        <section>
          <h3>The attack</h3>
          <p>CIASA asks the network which way each joint would have to move for it to see the target action, moves all of them a little that way, and repeats. A person still sees the old action.</p>
        </section>
        <section>
          <h3>What keeps it natural</h3>
          <p>Every joint stays within its epsilon. Bones keep their lengths, frame by frame. Joints do not jitter. And a second network, the discriminator, learns what real poses look like and pulls the clip towards them.</p>
        </section>
        <section>
          <h3>Reading the figures</h3>
          <p>Keeping bone lengths can push a joint past its epsilon; “Beyond epsilon” says by how much. Blue and round is clean, orange and angular is perturbed. Magnify the difference to see what the attack did.</p>
        </section>
      </div>
      <p class="cite">J. Liu, N. Akhtar, A. Mian: <cite>Adversarial Attack on Skeleton-based Human Action Recognition</cite>, IEEE Transactions on Neural Networks
        and Learning Systems, <a href="https://arxiv.org/abs/1909.06500">arXiv:1909.06500</a>. The network is ST-GCN: S. Yan, Y. Xiong, D. Lin,
        <cite>Spatial Temporal Graph Convolutional Networks for Skeleton-Based Action Recognition</cite>, AAAI 2018. Everything is computed in this page; no clip leaves it.</p>
    `;
  }
}
