import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import type { ModelEntry, Recognition } from "../core/types.ts";
import { isOpened } from "../engine/models.ts";
import { fieldValue, Part, shared } from "./base.ts";
import { fileButton } from "./file-button.ts";
import { upload } from "./icons.ts";
import { accuracy, architecture } from "./network-words.ts";
import { megabytes, percent } from "./units.ts";
import "./certificate.ts";
import "./network-details.ts";
import "./robustness.ts";

/** The choice of the network, and its five most likely classes before and after the attack. */
@customElement("ciasa-recogniser")
export class Recogniser extends Part {
  static override styles = [
    shared,
    css`
      :host { display: block; padding: 14px 16px 16px; }
      .head { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: 8px 10px; }
      .network { display: flex; gap: 8px; flex: 0 1 auto; min-width: 0; }
      select { flex: 1 1 auto; min-width: 0; max-width: 260px; text-overflow: ellipsis; }
      .network button { flex: none; }
      .said { margin-top: 8px; color: var(--ink-2); font-size: 12.5px; overflow-wrap: anywhere; }
      .way {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 4px 10px;
        align-items: center;
        margin-top: 10px;
        font-size: 12.5px;
      }
      progress { grid-column: 1 / -1; height: 5px; }
      .unreadable {
        margin-top: 10px;
        padding: 10px 12px;
        border: 1px solid var(--line-strong);
        border-radius: var(--radius-s);
        display: grid;
        gap: 8px;
        justify-items: start;
      }
      .sentence { color: var(--ink-2); font-size: 12.5px; }
      .columns { display: grid; grid-template-columns: 1fr 1fr; gap: 18px; margin-top: 10px; }
      h3 { font-size: 12px; font-weight: 550; color: var(--ink-2); margin-bottom: 6px; }
      ol { display: grid; gap: 7px; }
      li { display: grid; grid-template-columns: 1fr auto; gap: 2px 8px; font-size: 12.5px; }
      li span:first-child { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      .bar { grid-column: 1 / -1; height: 6px; border-radius: 3px; background: var(--sunken); overflow: hidden; }
      .bar i { display: block; height: 100%; border-radius: 3px; background: var(--clean); min-width: 2px; }
      .after .bar i {
        background: repeating-linear-gradient(
          -55deg,
          var(--perturbed) 0 4px,
          color-mix(in oklab, var(--perturbed) 62%, var(--surface)) 4px 6px
        );
      }
      .first { font-weight: 620; }
      .none { color: var(--ink-3); font-size: 12.5px; }
      ciasa-network-details { margin-top: 10px; }
      ciasa-robustness { margin-top: 6px; }
    `,
  ];

  override render() {
    const { before, attack, search, model, clip, engine, unreadable, claim } = this.playground;
    const held = this.playground.held && !unreadable;
    const waiting = held ? "Waiting for the Lab." : "Waiting for the engine.";
    const empty = unreadable ? "No network reads this clip." : waiting;
    const done = attack ?? search;
    const unattacked = attack ? "Computing the first step." : "Run an attack to compare.";
    const entry = clip ? this.playground.library.find(clip.id) : undefined;
    return html`
      <div class="head"><h2>What the network sees</h2>
        <div class="network">
          ${this.#choice()}
          ${fileButton({
            label: html`${upload} Open weights`,
            name: "Weight files",
            accept: ".pt,.pth,.ckpt,.pdparams,.safetensors,.txt,.json",
            multiple: true,
            title:
              "Weights of ST-GCN, 2s-AGCN, Shift-GCN, CTR-GCN, EfficientGCN: .pt, .pth, .pdparams, .safetensors",
            picked: (files) => void this.playground.addFiles(files),
          })}
        </div>
      </div>
      ${
        model
          ? html`<p class="said">${architecture(model)},
        ${accuracy(model)}${isOpened(model) ? "" : `; ${model.split}`}.</p>`
          : nothing
      }
      ${engine.loading ? this.#loading(engine.loading) : nothing}
      ${unreadable ? this.#unreadable() : nothing}
      ${
        held
          ? html`<p class="said" role="status">${claim?.words} You can watch this clip; its network is loaded when
        the Lab pauses or ends.</p>`
          : nothing
      }
      <div class="columns">
        <section aria-label="Before the attack">
          <h3>Before</h3>
          ${this.#list(before?.top, model?.classes ?? attack?.classes, empty)}
        </section>
        <section class="after" aria-label="After the attack">
          <h3>After</h3>
          ${this.#list(attack?.after ?? search?.found?.after, done?.classes, unattacked)}
        </section>
      </div>
      ${
        model && entry?.outOfDistribution
          ? html`<p class="said">This clip is out of distribution, so the network may misclassify it even without an
        attack.</p>`
          : nothing
      }
      <ciasa-certificate .playground=${this.playground}></ciasa-certificate>
      ${
        model
          ? html`<ciasa-network-details .model=${model}></ciasa-network-details>
            <ciasa-robustness .model=${model}></ciasa-robustness>`
          : nothing
      }
    `;
  }

  /** All networks that read this layout. */
  #choice() {
    const { engine, clip, model, settings, attacking, claim } = this.playground;
    const fits = engine.fits(clip?.layout);
    const now = engine.loading ?? model;
    if (fits.length === 0) return nothing;
    const option = (one: ModelEntry) =>
      html`<option value=${one.id} .selected=${one.id === now?.id}>${one.name}</option>`;
    const [served, own] = [fits.filter((one) => !isOpened(one)), fits.filter(isOpened)];
    return html`<select aria-label="Network" ?disabled=${attacking || claim !== null}
      @change=${(event: Event) => settings.set({ model: fieldValue(event) })}>
      ${
        own.length === 0
          ? served.map(option)
          : html`<optgroup label="Networks">${served.map(option)}</optgroup><optgroup
        label="Your weights">${own.map(option)}</optgroup>`
      }
    </select>`;
  }

  #loading(loading: ModelEntry) {
    const { engine, clip } = this.playground;
    const { loadedBytes, totalBytes, status, model } = engine.state;
    const bytes = totalBytes > 0 ? `, ${megabytes(loadedBytes)} of ${megabytes(totalBytes)}` : "";
    const back = model !== null && model.layout === clip?.layout;
    return html`<div class="way">
      <span class="number">${
        status === "starting" ? `${loading.name} is starting` : `Loading ${loading.name}${bytes}`
      }</span>
      ${back ? html`<button class="small" @click=${() => this.playground.stopSwitch()}>Cancel</button>` : nothing}
      <progress max=${totalBytes || 1} value=${totalBytes > 0 ? loadedBytes : 0}
        aria-label="Download of the network"></progress>
    </div>`;
  }

  #unreadable() {
    const { playground } = this;
    const { layout, clip, conversions } = playground;
    const next = conversions.length > 0 ? "Convert a copy, open" : "Open";
    const other = playground.library.entries.find((one) => playground.engine.fits(one.layout).length > 0);
    return html`<div class="unreadable">
      <p>No network here reads clips of ${layout?.name ?? clip?.layout}. ${next} the weights of one that does, or
        choose another clip. You can still watch this one.</p>
      ${conversions.map(
        (
          one,
        ) => html`<button class="small" @click=${() => playground.convert(one)}>Convert to ${one.name}</button>
          <p class="sentence">${one.sentence}</p>`,
      )}
      ${
        other
          ? html`<button class="small" @click=${() => playground.choose(other)}>Show ${other.name}</button>`
          : nothing
      }
    </div>`;
  }

  #list(top: Recognition["top"] | null | undefined, classes: string[] | undefined, empty: string) {
    if (!top || !classes) return html`<p class="none">${empty}</p>`;
    return html`<ol>
      ${top.map(
        ({ index, p }, rank) => html`<li class=${rank === 0 ? "first" : ""}>
        <span title=${classes[index] ?? ""}>${classes[index]}</span><span class="number">${percent(p)}</span>
        <span class="bar" aria-hidden="true"><i style="width:${(p * 100).toFixed(1)}%"></i></span>
      </li>`,
      )}
    </ol>`;
  }
}
