import {
  constraintsInWords as coreConstraints,
  attackDefaults as coreDefaults,
  mostSteps as coreMostSteps,
  needsClips as coreNeedsClips,
  stopInWords as coreStop,
} from "../../pkg/viewer/viewer.js";
import type { AttackConfig } from "./types.ts";

/** The core's default settings: the paper's basic mode. Needs the module loaded, as everything here. */
export const attackDefaults = (): AttackConfig => coreDefaults();

/** The constraints in force as tables write them, such as "clip+realign". */
export const constraintsInWords = (config: AttackConfig): string => coreConstraints(config);

/** Steps of an attack at most, of all starts together; of BASAR queries. */
export const mostSteps = (config: AttackConfig): number => coreMostSteps(config);

/** Does an attack need other clips: to learn from, to borrow from, or to start at? */
export const needsClips = (config: AttackConfig): boolean => coreNeedsClips(config);

/** The stop rule as tables write it: "none", or "held 5 at 0.7". */
export const stopInWords = (config: AttackConfig): string => coreStop(config);
