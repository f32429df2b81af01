import { defaults, encode, read, type State } from "./table.ts";

/**
 * The current settings. Fires "change" with the names of the changed settings as detail, and "link" when they were
 * taken from a link, with a sentence for each of its values that is not used.
 */
export class Settings extends EventTarget {
  #state: State = defaults();
  #unlink: (() => void) | null = null;
  /** The frame that a link asks for, until it is shown; null: none. */
  frame: number | null = null;
  /** The camera that a link asks for, as `Viewer.viewpoint`, until it is taken; null: none. */
  viewpoint: number[] | null = null;

  get state(): Readonly<State> {
    return this.#state;
  }

  set(patch: Partial<State>): void {
    const changed = (Object.keys(patch) as (keyof State)[]).filter((key) => patch[key] !== this.#state[key]);
    if (changed.length === 0) return;
    this.#state = { ...this.#state, ...patch };
    this.dispatchEvent(new CustomEvent<(keyof State)[]>("change", { detail: changed }));
  }

  /** The settings as the fragment of an address. */
  get address(): string {
    return encode(this.#state);
  }

  /** Takes the settings from `key=value&...`; those that it leaves out go back to their defaults. */
  take(query: string): void {
    const { state, frame, viewpoint, repairs } = read(query);
    this.frame = frame;
    this.viewpoint = viewpoint;
    this.set(state);
    this.dispatchEvent(new CustomEvent<string[]>("link", { detail: repairs }));
  }

  /**
   * Keeps the page's address and these settings equal. Only for a page of the playground's own; an embedded element
   * leaves the address alone. Returns whether the address had a fragment.
   */
  linkToAddress(): boolean {
    const write = () => {
      const hash = this.address;
      if (hash !== location.hash.slice(1))
        history.replaceState(history.state, "", hash ? `#${hash}` : location.pathname + location.search);
    };
    const follow = () => {
      this.take(location.hash.slice(1));
      // Without what was repaired, and without the frame, which holds for the link's first picture only.
      write();
    };
    const given = location.hash.length > 1;
    follow();
    addEventListener("hashchange", follow);
    this.addEventListener("change", write);
    this.#unlink = () => {
      removeEventListener("hashchange", follow);
      this.removeEventListener("change", write);
    };
    return given;
  }

  /** Takes a file that a link named out of the page's address. */
  leaveFile(name: string): void {
    if (!this.#unlink) return;
    const address = new URL(location.href);
    address.searchParams.delete(name);
    history.replaceState(history.state, "", address);
  }

  dispose(): void {
    this.#unlink?.();
    this.#unlink = null;
  }
}
