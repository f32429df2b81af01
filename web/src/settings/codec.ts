/** Writes one setting into the address and reads it back. */
export interface Codec<T> {
  encode(value: T): string;
  /** Undefined if the text is invalid; the setting then keeps its default. */
  decode(text: string): T | undefined;
  /** What a valid text is, as a noun phrase. */
  expects: string;
}

/** One of the given words. */
export const choice = <const T extends string>(...words: T[]): Codec<T> => ({
  encode: (value) => value,
  decode: (text) => words.find((word) => word === text),
  expects: `one of ${words.join(", ")}`,
});

/** Text of at most 200 characters. */
export const text: Codec<string> = {
  encode: (value) => value,
  decode: (value) => (value.length <= 200 ? value : undefined),
  expects: "a text of at most 200 characters",
};

/** A number within bounds. */
export const number = (min: number, max: number, integer = false): Codec<number> => ({
  encode: (value) => String(integer ? value : Number(value.toPrecision(6))),
  decode: (value) => {
    const parsed = value.trim() === "" ? Number.NaN : Number(value);
    const fits = parsed >= min && parsed <= max && (!integer || Number.isInteger(parsed));
    return fits ? parsed : undefined;
  },
  expects: `${integer ? "a whole number" : "a number"} from ${min} to ${max}`,
});

/** Yes or no. */
export const flag: Codec<boolean> = {
  encode: (value) => (value ? "1" : "0"),
  decode: (value) => (value === "1" ? true : value === "0" ? false : undefined),
  expects: "0 or 1",
};

/** A comma-separated list; null (nothing chosen) is written as nothing. */
export const list = (item: Codec<number>): Codec<number[] | null> => ({
  encode: (value) => (value ?? []).map(item.encode).join(","),
  decode: (value) => {
    const items = value === "" ? [] : value.split(",").map(item.decode);
    return items.length <= 64 && items.every((one) => one !== undefined) ? items : undefined;
  },
  expects: `a list of at most 64, each ${item.expects}`,
});

/** A view of the stage, as `Viewer.viewpoint`; rounded to a thousandth, less than anybody sees. */
export const viewpoint: Codec<number[]> = {
  encode: (value) => value.map((one) => String(Number(one.toFixed(3)))).join(","),
  decode: (value) => {
    const numbers = list(number(-360, 360)).decode(value);
    return numbers?.length === 5 ? numbers : undefined;
  },
  expects: "5 numbers: azimuth and elevation in degrees, zoom, shift right and up",
};

/** A value, or null as the default. */
export const optional = <T>(inner: Codec<T>): Codec<T | null> => ({
  encode: (value) => (value === null ? "" : inner.encode(value)),
  decode: (value) => inner.decode(value),
  expects: inner.expects,
});
