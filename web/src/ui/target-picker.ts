import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { untargetable } from "../attack/config.ts";
import { fieldValue, Part, shared } from "./base.ts";
import { percent } from "./units.ts";

/** The target: a class, the least likely class, or (for attacks that allow it) any other class. */
@customElement("ciasa-target-picker")
export class TargetPicker extends Part {
  static override styles = [
    shared,
    css`
      :host { display: grid; gap: 8px; }
      summary {
        border: 1px solid var(--control-line);
        border-radius: var(--radius-s);
        padding: 0 10px;
        min-height: 36px;
      }
      summary .now { flex: 1; font-weight: 550; }
      summary .hint { white-space: nowrap; }
      .choices { margin-top: 6px; border: 1px solid var(--line); border-radius: var(--radius-s); overflow: hidden; }
      input[type="search"] { width: 100%; border: 0; border-bottom: 1px solid var(--line); border-radius: 0; }
      .list { max-height: 208px; overflow: auto; padding: 4px; scrollbar-width: thin; }
      label {
        display: grid;
        grid-template-columns: auto 1fr auto;
        gap: 8px;
        align-items: center;
        padding: 4px 8px;
        border-radius: 6px;
        cursor: pointer;
        min-height: 30px;
      }
      label:hover { background: var(--sunken); }
      label.special { font-weight: 550; }
      label .hint { font-variant-numeric: tabular-nums; }
      @media (pointer: coarse), (max-width: 720px) { label { min-height: 44px; } summary { min-height: 44px; } }
    `,
  ];

  @state() private query = "";
  /** The list is there while it is open: a browser keeps what is taken out of a part that it does not lay out. */
  @state() private open = false;

  override render() {
    const { state, before, model } = this.playground;
    const least = before?.probabilities ? model?.classes[leastLikely(before.probabilities)] : undefined;
    const named = state.target.startsWith("class:") ? state.target.slice(6) : null;
    const words = named ?? (state.target === "untargeted" ? "Anything else" : "Least likely class");
    return html`
      <h2 id="heading">Target</h2>
      <details
        @toggle=${(event: Event) => {
          this.open = (event.currentTarget as HTMLDetailsElement).open;
        }}>
        <summary aria-describedby="heading"><span class="now">${words}</span>
          ${state.target === "least-likely" && least ? html`<span class="hint">${least}</span>` : nothing}
        </summary>
        ${this.open ? this.#choices(model?.classes ?? [], least ?? "") : nothing}
      </details>
    `;
  }

  #choices(classes: readonly string[], least: string) {
    const { state, before } = this.playground;
    const [p, seen] = [before?.probabilities, before?.top[0]?.index];
    const fits = classes.filter((name) => name.toLowerCase().includes(this.query.trim().toLowerCase()));
    return html`
      <div class="choices">
        <input type="search" placeholder="Search classes" aria-label="Search classes" .value=${this.query}
          @input=${(event: Event) => {
            this.query = fieldValue(event);
          }} />
        <div class="list" role="radiogroup" aria-labelledby="heading">
          ${this.#choice("least-likely", "Least likely class", least, "special")}
          ${untargetable(state) ? this.#choice("untargeted", "Anything else (untargeted)", "", "special") : nothing}
          ${fits.map((name) => {
            const index = classes.indexOf(name);
            const hint = index === seen ? "current class" : p ? percent(p[index] ?? 0) : "";
            return this.#choice(`class:${name}`, name, hint, "", index === seen);
          })}
        </div>
      </div>
    `;
  }

  #choice(value: string, name: string, hint: string, kind: string, disabled = false) {
    return html`<label class=${kind}>
      <input type="radio" name="target" ?disabled=${disabled} .checked=${this.playground.state.target === value}
        @change=${() => this.playground.settings.set({ target: value })} />
      <span>${name}</span><span class="hint">${hint}</span>
    </label>`;
  }
}

const leastLikely = (probabilities: Float32Array) => probabilities.indexOf(Math.min(...probabilities));
