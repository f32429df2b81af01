/** Largest weight file in bytes, as in the Rust core (`weights::opened::MAX_BYTES`). */
export const MAX_WEIGHT_BYTES = 64 * 1024 * 1024;
/** Largest list of class names in bytes. */
export const MAX_LIST_BYTES = 1_000_000;
