import { decode, defaults, encode, type State } from "./table.ts";

/** The settings in force. Says "change" when one changes; the event's detail names which. */
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

  /** The part of an address that reproduces these settings. */
  get address(): string {
    return encode(this.#state);
  }

  /**
   * Keeps the page's address and these settings equal. Only a page that belongs to the playground asks for this; an
   * embedded element leaves its host's address alone. Answers whether the address held settings.
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
