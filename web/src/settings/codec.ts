/** Writes one setting into the address and reads it back. */
export interface Codec<T> {
  encode(value: T): string;
  /** Undefined if the text is invalid; the setting then keeps its default. */
  decode(text: string): T | undefined;
}

/** One of the given words. */
export const choice = <const T extends string>(...words: T[]): Codec<T> => ({
  encode: (value) => value,
  decode: (text) => words.find((word) => word === text),
});

/** Text of at most 200 characters. */
export const text: Codec<string> = {
  encode: (value) => value,
  decode: (value) => (value.length <= 200 ? value : undefined),
};

/** A number within bounds. */
export const number = (min: number, max: number, integer = false): Codec<number> => ({
  encode: (value) => String(integer ? value : Number(value.toPrecision(6))),
  decode: (value) => {
    const parsed = value.trim() === "" ? Number.NaN : Number(value);
    const fits = parsed >= min && parsed <= max && (!integer || Number.isInteger(parsed));
    return fits ? parsed : undefined;
  },
});

/** Yes or no. */
export const flag: Codec<boolean> = {
  encode: (value) => (value ? "1" : "0"),
  decode: (value) => (value === "1" ? true : value === "0" ? false : undefined),
};

/** A comma-separated list; null (nothing chosen) is written as nothing. */
export const list = (item: Codec<number>): Codec<number[] | null> => ({
  encode: (value) => (value ?? []).map(item.encode).join(","),
  decode: (value) => {
    const items = value === "" ? [] : value.split(",").map(item.decode);
    return items.length <= 64 && items.every((one) => one !== undefined) ? items : undefined;
  },
});

/** A value, or null as the default. */
export const optional = <T>(inner: Codec<T>): Codec<T | null> => ({
  encode: (value) => (value === null ? "" : inner.encode(value)),
  decode: (value) => inner.decode(value),
});
