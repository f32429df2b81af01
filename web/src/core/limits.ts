export { MAX_NAMES_BYTES, MAX_WEIGHT_BYTES } from "../generated/constants.ts";
