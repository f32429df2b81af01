import { type CSSResult, LitElement, unsafeCSS } from "lit";
import { property } from "lit/decorators.js";
import controls from "../../styles/controls.css?inline";
import tokens from "../../styles/tokens.css?inline";
import type { Playground } from "../playground/playground.ts";

/** Colours, type and native controls, shared by every component. */
export const shared: CSSResult = unsafeCSS(tokens + controls);

/** A part of the playground: redraws on its "change" event. */
export class Part extends LitElement {
  @property({ attribute: false }) playground!: Playground;
  #watched: Playground | null = null;
  readonly #changed = (): void => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    this.#watch();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watched?.removeEventListener("change", this.#changed);
    this.#watched = null;
  }

  override willUpdate(): void {
    this.#watch();
  }

  #watch(): void {
    if (this.playground === this.#watched) return;
    this.#watched?.removeEventListener("change", this.#changed);
    this.playground.addEventListener("change", this.#changed);
    this.#watched = this.playground;
  }
}

/** The value of the field that fired an event. */
export const fieldValue = (event: Event): string =>
  (event.currentTarget as HTMLInputElement | HTMLSelectElement).value;

/** Is the checkbox that fired an event ticked? */
export const isChecked = (event: Event): boolean => (event.currentTarget as HTMLInputElement).checked;
