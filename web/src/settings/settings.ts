import { decode, defaults, encode, type State } from "./table.ts";

/** The current settings. Fires "change" with the names of the changed settings as detail. */
export class Settings extends EventTarget {
  #state: State = defaults();
  #unlink: (() => void) | null = null;

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

  /**
   * Keeps the page's address and these settings equal. Only for a page of the playground's own; an embedded element
   * leaves the address alone. Returns whether the address had a fragment.
   */
  linkToAddress(): boolean {
    const read = () => this.set(decode(location.hash.slice(1)));
    const write = () => {
      const hash = this.address;
      if (hash !== location.hash.slice(1))
        history.replaceState(history.state, "", hash ? `#${hash}` : location.pathname + location.search);
    };
    const given = location.hash.length > 1;
    read();
    addEventListener("hashchange", read);
    this.addEventListener("change", write);
    this.#unlink = () => {
      removeEventListener("hashchange", read);
      this.removeEventListener("change", write);
    };
    return given;
  }

  dispose(): void {
    this.#unlink?.();
    this.#unlink = null;
  }
}
