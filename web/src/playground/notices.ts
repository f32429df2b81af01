import { asFailure, sentence } from "../base/failure.ts";
import type { Notice } from "../base/notice.ts";

/**
 * The playground's messages to its components and to screen readers. Events: "change" (redraw), "announce" (text for a
 * screen reader), "error" (a `Failure`).
 */
export class Notices extends EventTarget {
  notice: Notice | null = null;
  #redrawPlanned = false;
  /** Pieces of work whose notices are shown together, and the notices. */
  #together = 0;
  #parts: Notice[] = [];

  /** Shows an error, fires "error" and announces it. `kept`: what the visitor still has, as a noun phrase. */
  report(title: string, thrown: unknown, actions: Notice["actions"], kept?: string): void {
    const failure = asFailure(thrown);
    const detail = sentence(failure.message);
    this.#show({ tone: "bad", title, detail, actions, ...(kept ? { kept } : {}) });
    this.dispatchEvent(new CustomEvent("error", { detail: failure }));
    this.announce(`${title} ${failure.message}`);
    this.changed();
  }

  /** Shows a hint that is not an error. */
  inform(title: string, detail: string, actions: Notice["actions"]): void {
    this.#show({ tone: "info", title, detail, actions });
    this.changed();
  }

  /** Shows what is reported while `work` runs together: a later notice does not take the place of an earlier one. */
  async together(work: () => Promise<void>): Promise<void> {
    this.#together += 1;
    await work().finally(() => {
      this.#together -= 1;
    });
  }

  #show(notice: Notice): void {
    const earlier = this.#together > 0 && this.notice ? this.#parts : [];
    // A later hint contains the earlier one.
    const others = earlier.filter(({ tone }) => tone === "bad" || notice.tone === "bad");
    this.#parts = [...others, notice];
    this.notice = this.#parts.reduce(joined);
  }

  dismiss(): void {
    this.notice = null;
    this.changed();
  }

  /** Text for a screen reader. */
  announce(words: string): void {
    this.dispatchEvent(new CustomEvent("announce", { detail: words }));
  }

  changed(): void {
    this.dispatchEvent(new Event("change"));
  }

  /** At most one "change" per screen refresh: a fast device reports more often than that. */
  changedSoon(): void {
    if (this.#redrawPlanned) return;
    this.#redrawPlanned = true;
    requestAnimationFrame(() => {
      this.#redrawPlanned = false;
      this.changed();
    });
  }
}

/** Two notices as one. Buttons of the same name become one. */
function joined(a: Notice, b: Notice): Notice {
  const same = ({ label }: Notice["actions"][number]) => a.actions.find((one) => one.label === label);
  const both = a.actions.map((action) => {
    const other = b.actions.find(({ label }) => label === action.label);
    const run = () => {
      action.run();
      other?.run();
    };
    return { label: action.label, run };
  });
  const kept = [a.kept, b.kept].filter(Boolean).join("; ");
  return {
    tone: a.tone === "bad" ? a.tone : b.tone,
    title: `${a.title} ${b.title}`,
    detail: `${closed(a.detail)} ${b.detail}`,
    actions: [...both, ...b.actions.filter((action) => !same(action))],
    ...(kept ? { kept } : {}),
  };
}

const closed = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);
