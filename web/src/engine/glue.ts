import type * as Glue from "../../pkg/engine/engine.js";
import type { ModuleName } from "./module-choice.ts";

/** Calls into the engine's module; both modules have the same. */
export type EngineGlue = typeof Glue;

/** Loads the JavaScript of a module. */
export function glueOf(name: ModuleName): Promise<EngineGlue> {
  return name === "engine"
    ? import("../../pkg/engine/engine.js")
    : // The same calls, by another feature of the same crate.
      (import("../../pkg/cpu-engine/cpu-engine.js") as Promise<unknown> as Promise<EngineGlue>);
}
