import { asFailure } from "../base/failure.ts";
import type { Notice } from "../base/notice.ts";

/**
 * The playground's messages to its components and to screen readers. Events: "change" (redraw), "announce" (text for a
 * screen reader), "error" (a `Failure`).
 */
export class Notices extends EventTarget {
  notice: Notice | null = null;
  #redrawPlanned = false;

  /** Shows an error, fires "error" and announces it. `kept`: what the visitor still has, as a noun phrase. */
  report(title: string, thrown: unknown, actions: Notice["actions"], kept?: string): void {
    const failure = asFailure(thrown);
    this.notice = { tone: "bad", title, detail: failure.message, actions, ...(kept ? { kept } : {}) };
    this.dispatchEvent(new CustomEvent("error", { detail: failure }));
    this.announce(`${title} ${failure.message}`);
    this.changed();
  }

  /** Shows a hint that is not an error. */
  inform(title: string, detail: string, actions: Notice["actions"]): void {
    this.notice = { tone: "info", title, detail, actions };
    this.changed();
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
