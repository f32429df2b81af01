/**
 * The address of the folder with clips, models and modules: the folder of the element's own file, on whatever page it
 * is embedded; the server's root during development.
 */
let base = new URL("./", document.baseURI);

/** Called once by the entry file with its own address. */
export function setAssetBase(address: string | URL): void {
  base = new URL("./", address);
}

/** The full address of a file in that folder. */
export function asset(path: string): URL {
  return new URL(path, base);
}
