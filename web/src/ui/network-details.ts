import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ModelEntry } from "../core/types.ts";
import { shared } from "./base.ts";
import { accuracy, architecture, treatment } from "./network-words.ts";
import { megabytes } from "./units.ts";

/** A network in detail: origin, accuracy, input and files. */
@customElement("ciasa-network-details")
export class NetworkDetails extends LitElement {
  static override styles = [
    shared,
    css`
      :host { display: block; font-size: 12.5px; }
      dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 5px 14px; padding: 4px 0 2px 14px; }
      dt { color: var(--ink-3); }
      dd { overflow-wrap: anywhere; }
      code { font-family: var(--mono); font-size: 11.5px; }
      @media (max-width: 480px) { dl { grid-template-columns: minmax(0, 1fr); } dd { margin-bottom: 6px; } }
    `,
  ];

  @property({ attribute: false }) model!: ModelEntry;

  override render() {
    const { model } = this;
    const row = (name: string, value: unknown) => (value ? html`<dt>${name}</dt><dd>${value}</dd>` : nothing);
    const people = model.people === 1 ? "one person" : `${model.people} people`;
    return html`<details>
      <summary>About this network</summary>
      <dl>
        ${row("Name", model.name)}
        ${row("Network", architecture(model))}
        ${row("Accuracy", accuracy(model))}
        ${row("Split", model.split)}
        ${row("Data", model.data)}
        ${row("Classes", model.classes.length)}
        ${row("Input", `${people}; ${treatment(model)}`)}
        ${row("Licence", model.licence)}
        ${row("Made by", model.retrain ? html`<code>${model.retrain}</code>` : "")}
        ${model.weights.map((one) =>
          row(
            "File",
            html`${one.file}, ${megabytes(one.bytes)}
          (${one.bytes.toLocaleString("en")}
          bytes)${one.sha256 ? html`<br />SHA-256 <code>${one.sha256}</code>` : nothing}`,
          ),
        )}
      </dl>
    </details>`;
  }
}
