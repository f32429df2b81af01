import type { Playground } from "../playground/playground.ts";

/**
 * When the page's pictures are drawn. Without a GPU, drawing and the engine share the cores: while the engine
 * computes, all pictures together may take a third of the time.
 */
class Pace {
  /** Pictures of the next animation frame, and pictures that wait for the rest to end. */
  readonly #next = new Set<() => void>();
  readonly #waiting = new Set<() => void>();
  #request = 0;
  #later: ReturnType<typeof setTimeout> | undefined;
  /** How long the last pictures took, and when they were done, in ms. */
  #cost = 0;
  #done = 0;

  /** Draws a picture once in the next animation frame. */
  paint(picture: () => void): void {
    this.#waiting.delete(picture);
    this.#next.add(picture);
    this.#request ||= requestAnimationFrame(this.#draw);
  }

  /** Draws a picture that the player or the engine has changed; while the engine computes, after the rest. */
  follow(picture: () => void, playground: Playground): void {
    const { attacking, before, engine, unreadable } = playground;
    const starts = engine.wanted && before === null && engine.state.status !== "failed" && !unreadable;
    if (!(attacking || starts) || this.#rest <= 0) this.paint(picture);
    else if (!this.#next.has(picture)) {
      this.#waiting.add(picture);
      this.#wait();
    }
  }

  /** Takes back a picture that is not drawn yet. */
  drop(picture: () => void): void {
    this.#waiting.delete(picture);
    this.#next.delete(picture);
  }

  get #rest(): number {
    return this.#done + 2 * this.#cost - performance.now();
  }

  #wait(): void {
    this.#later ??= setTimeout(() => {
      this.#later = undefined;
      if (this.#rest > 0) this.#wait();
      else for (const picture of this.#waiting) this.paint(picture);
    }, this.#rest);
  }

  readonly #draw = (): void => {
    this.#request = 0;
    const pictures = [...this.#next];
    this.#next.clear();
    const start = performance.now();
    const done = () => {
      this.#done = performance.now();
      this.#cost = this.#done - start;
    };
    for (const picture of pictures) {
      try {
        picture();
      } catch (thrown) {
        // The other pictures are drawn nevertheless.
        reportError(thrown);
      }
    }
    done();
    // A task after the browser has put the pictures on the page, for which it may have to wait. A report of the
    // engine may come before it.
    setTimeout(done);
  };
}

/** One for all views of a page, as they share its main thread. */
export const pace = new Pace();
