// Writes web/src/generated anew: the TypeScript form of the Rust types and constants that the page shares.
import { must } from "./tools.mjs";

process.env.UPDATE_GENERATED = "1";
must("cargo", ["test", "--release", "-p", "ciasa", "--features", "ts", "--lib", "typescript"]);
