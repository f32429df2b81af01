const addresses = new WeakMap<File, string>();

/** Remembers the address that a file was downloaded from, for links. */
export function setAddress(file: File, address: string): void {
  addresses.set(file, address);
}

/** The address that a file was downloaded from; undefined for a file of this computer. */
export const addressOf = (file: File | undefined): string | undefined => file && addresses.get(file);
