/**
 * Where the clips, models and modules lie: beside the element's own file, wherever the page that embeds it is. While
 * developing, at the root of the server.
 */
let base = new URL("./", document.baseURI);

/** Told once by the entry file, which knows its own address. */
export function setAssetBase(address: string | URL): void {
  base = new URL("./", address);
}

/** The full address of a file that is served beside the element. */
export function asset(path: string): URL {
  return new URL(path, base);
}
