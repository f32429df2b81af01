import { css, html, LitElement } from "lit";
import { customElement } from "lit/decorators.js";
import { shared } from "./base.ts";

/** An introduction for readers who are new to adversarial attacks. */
@customElement("ciasa-explain")
export class Explain extends LitElement {
  static override styles = [
    shared,
    css`
      :host { display: block; padding: 22px 24px 24px; }
      .columns {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(250px, 1fr));
        gap: 20px 32px;
        margin-top: 14px;
      }
      h2 { font-size: 17px; letter-spacing: -0.01em; }
      h3 { font-size: 13px; margin-bottom: 4px; }
      p { color: var(--ink-2); max-width: 62ch; }
      .cite {
        max-width: none;
        margin-top: 20px;
        padding-top: 14px;
        border-top: 1px solid var(--line);
        font-size: 12.5px;
      }
      a { color: var(--clean); }
    `,
  ];

  override render() {
    return html`
      <h2>How a skeleton fools a network</h2>
      <div class="columns">
        <section>
          <h3>The network</h3>
          <p>A graph convolutional network reads a clip of joints, linked by bones within a frame and from frame to
            frame, and names the action.</p>
        </section>
        <section>
          <h3>The attack</h3>
          <p>CIASA computes in which direction each joint has to move for the network to see the target action, moves
            all joints a little in that direction, and repeats. A person still sees the original action.</p>
        </section>
        <section>
          <h3>What keeps it natural</h3>
          <p>Every joint stays within its epsilon. Bones keep their lengths in every frame. Joints do not jitter. A
            second network, the discriminator, learns real poses and pulls the clip towards them.</p>
        </section>
        <section>
          <h3>Other attacks</h3>
          <p>Most methods follow a gradient, which needs the network itself. BASAR sees labels only: it starts at a clip
            of another class and walks along the boundary, one query at a time. TASAR averages its gradient over noisy
            networks, so that it fools others as well. A part swap asks nothing. Random noise and random rotation are
            the baselines that any attack has to beat.</p>
        </section>
        <section>
          <h3>Reading the figures</h3>
          <p>With the paper's projection, keeping bone lengths can push a joint past its epsilon; “Beyond epsilon”
            says by how much. The clean clip is blue with round joints, the perturbed clip orange with angular ones.
            Magnify the difference to see the attack.</p>
        </section>
      </div>
      <p class="cite">J. Liu, N. Akhtar, A. Mian: <cite>Adversarial Attack on Skeleton-based Human Action
        Recognition</cite>, IEEE Transactions on Neural Networks
        and Learning Systems, <a href="https://arxiv.org/abs/1909.06500">arXiv:1909.06500</a>. The network is ST-GCN:
          S. Yan, Y. Xiong, D. Lin,
        <cite>Spatial Temporal Graph Convolutional Networks for Skeleton-Based Action Recognition</cite>, AAAI 2018.
          This page computes everything itself; no clip leaves it.</p>
    `;
  }
}
