import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import type { Backend, Parity } from "../core/types.ts";
import type { Threads } from "../engine/messages.ts";
import type { State } from "../settings/table.ts";
import { Part, shared } from "./base.ts";
import { chip } from "./icons.ts";
import { digits, megabytes } from "./units.ts";

const choices: { id: State["engine"]; name: string; about: string }[] = [
  { id: "auto", name: "Automatic", about: "the faster device in a short measurement" },
  { id: "webgpu", name: "GPU (WebGPU)", about: "" },
  { id: "cpu", name: "CPU (WebAssembly SIMD)", about: "" },
];

/** The device that computes, the reason, its check and its choice; also the progress of the download. */
@customElement("ciasa-engine-badge")
export class EngineBadge extends Part {
  static override styles = [
    shared,
    css`
      :host { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: center; position: relative; }
      .loading { display: flex; gap: 10px; align-items: center; font-size: 12.5px; color: var(--ink-2); }
      progress { width: 120px; background: var(--line); }
      summary {
        padding: 0 10px;
        min-height: 34px;
        border: 1px solid var(--line-strong);
        border-radius: var(--radius-s);
        font-weight: 550;
        font-size: 13px;
        background: var(--surface);
        max-width: 340px;
      }
      summary::before { display: none; }
      summary svg { width: 16px; height: 16px; flex: none; color: var(--ink-2); }
      summary span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      .panel {
        position: absolute;
        right: 0;
        top: calc(100% + 6px);
        z-index: 5;
        width: min(340px, calc(100vw - 32px));
        padding: 14px 16px;
        display: grid;
        gap: 12px;
        box-shadow: 0 12px 40px rgb(0 0 0 / 18%);
      }
      .panel label {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 0 10px;
        align-items: center;
        min-height: 30px;
        cursor: pointer;
      }
      .panel label .hint { grid-column: 2; }
      .check { font-size: 12.5px; color: var(--ink-2); }
      .check.good::before { content: "✓ "; color: var(--good); font-weight: 700; }
      .check.bad { color: var(--bad); }
      .failed { border-color: var(--bad); color: var(--bad); }
      @media (pointer: coarse), (max-width: 720px) { .panel label { min-height: 44px; } }
      @media (max-width: 560px) {
        summary { max-width: 190px; }
        progress { width: 64px; }
        .panel { right: auto; left: 0; }
      }
    `,
  ];

  override render() {
    const { engine } = this.playground;
    if (!engine.wanted) return html`<button @click=${this.#load}>${chip} Load the engine</button>`;
    const { status, backend, threads } = engine.state;
    const loading = status === "loading" || status === "starting";
    const choice = choices.find(({ id }) => id === this.playground.state.engine);
    const title =
      status === "failed" ? "Engine stopped" : backend && !loading ? named(backend) : (choice?.name ?? "");
    return html`
      ${loading ? this.#progress() : nothing}
      <details @keydown=${this.#escape} @focusout=${this.#left}>
        <summary class=${status === "failed" ? "failed" : ""}
          title="The device that computes">${chip}<span>${title}</span></summary>
        <div class="panel card">
          ${
            backend
              ? html`<p><strong>${named(backend)}</strong><br /><span
            class="hint">${backend.reason}</span>${together(backend, threads)}</p>`
              : nothing
          }
          ${backend?.parity ? parity(backend.parity) : nothing}
          <div role="radiogroup" aria-label="Device that computes">
            ${choices.map(
              ({
                id,
                name,
                about,
              }) => html`<label><input type="radio" name="engine" .checked=${this.playground.state.engine === id}
              @change=${() => this.playground.settings.set({ engine: id })}
                />${name}${about ? html`<span class="hint">${about}</span>` : nothing}</label>`,
            )}
          </div>
        </div>
      </details>
    `;
  }

  #progress() {
    const { engine } = this.playground;
    const { status, loadedBytes, totalBytes } = engine.state;
    const known = totalBytes > 0;
    const bytes = known ? `${megabytes(loadedBytes)} of ${megabytes(totalBytes)}` : megabytes(loadedBytes);
    return html`<div class="loading">
      <span class="number">${status === "starting" ? "Engine is starting" : html`Loading engine, ${bytes}`}</span>
      ${
        known && status === "loading"
          ? html`<progress max=${totalBytes} value=${loadedBytes}
        aria-label="Download of the engine"></progress>`
          : nothing
      }
      <button class="small" @click=${() => engine.stop()}>Cancel</button>
    </div>`;
  }

  #load = (): void => {
    void this.playground.engine.start(this.playground.state.engine);
  };

  #escape = (event: KeyboardEvent): void => {
    const details = event.currentTarget as HTMLDetailsElement;
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    details.querySelector("summary")?.focus();
  };

  /** Closes the floating panel when the focus leaves it. */
  #left = (event: FocusEvent): void => {
    const details = event.currentTarget as HTMLDetailsElement;
    if (event.relatedTarget && !details.contains(event.relatedTarget as Node)) details.open = false;
  };
}

/** The device's name as the browser reports it, marked if it is a GPU. */
function named({ kind, name, software }: Backend): string {
  return kind === "cpu" ? name : `GPU: ${name}${software ? " (emulated)" : ""}`;
}

/** The number of CPU threads, and why there is only one. */
function together({ kind }: Backend, threads: Threads | null) {
  if (kind !== "cpu" || !threads) return nothing;
  const { count, alone } = threads;
  return html`<br /><span class="hint">${alone ? `One thread: ${alone}.` : `${count} threads.`}</span>`;
}

function parity({ logits, gradient, tolerance, ok }: Parity) {
  return html`<p class="check ${ok ? "good" : "bad"}">${ok ? "Checked against the CPU:" : "Differs from the CPU:"}
    logits by ${digits(logits)}, gradient by ${digits(gradient)} (relative; at most
    ${digits(tolerance)} is accepted).</p>`;
}
