// Writes web/src/generated anew: the TypeScript form of the Rust types and constants that the page shares.
import { ensure } from "./needs.mjs";
import { environment, must } from "./tools.mjs";

ensure("linker", "rust");
const test = ["test", "--release", "-p", "ciasa", "--features", "ts", "--test", "generated"];
must("cargo", test, { env: { ...environment, UPDATE_GENERATED: "1" } });
