import { LitElement } from "lit";
import { property } from "lit/decorators.js";
import type { Lab } from "../../lab/lab.ts";
import type { Playground } from "../../playground/playground.ts";

/** A part of the Lab: redraws on its "change" event. */
export class LabPart extends LitElement {
  @property({ attribute: false }) playground!: Playground;
  @property({ attribute: false }) lab!: Lab;
  readonly #changed = (): void => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    this.lab.addEventListener("change", this.#changed);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.lab.removeEventListener("change", this.#changed);
  }

  /** Mean body height in the finished clips, else in the clip on the stage; null if unknown. */
  protected get height(): number | null {
    const known = this.lab.results.map((row) => row.height).filter((height) => height !== null);
    const mean = known.reduce((sum, height) => sum + height, 0) / known.length;
    return known.length > 0 ? mean : this.playground.height;
  }

  /** The unit of epsilons, for visitors. */
  protected get unit(): string {
    return this.lab.ground?.layout.unit === "m" ? "m" : "shares of the picture";
  }
}
