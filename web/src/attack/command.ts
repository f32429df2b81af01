import { attackDefaults } from "../core/attack-config.ts";
import type { AttackConfig } from "../core/types.ts";

/** The clip and the network of an attack, as the command line names them. */
export interface CommandInput {
  /** Path of the clip, and its unit if it is not the layout's. */
  clip: string;
  unit?: string;
  /** Id of a network that ships, or the visitor's weight files. */
  network: { model: string } | { weights: string[] };
}

/**
 * The command that repeats an attack in a terminal. The settings are the page's own JSON, without the core's defaults,
 * so that no setting is expressed twice.
 */
export function attackCommand({ clip, unit, network }: CommandInput, config: AttackConfig): string {
  const weights = "model" in network ? ["--model", network.model] : ["--weights", ...network.weights];
  const words = ["ciasa", "attack", clip, ...(unit ? ["--unit", unit] : []), ...weights];
  return `${words.map(quoted).join(" ")} --config /dev/stdin <<'JSON'\n${settingsJson(config)}\nJSON`;
}

/** The settings that differ from the core's defaults. Needs the module loaded. */
function settingsJson(config: AttackConfig): string {
  const usual = attackDefaults();
  const keys = Object.keys(config) as (keyof AttackConfig)[];
  const own = keys.filter(
    (key) => JSON.stringify(config[key], shortest) !== JSON.stringify(usual[key], shortest),
  );
  return JSON.stringify(Object.fromEntries(own.map((key) => [key, config[key]])), shortest);
}

/** The shortest decimal that is the same number with 32 bits, in which the engine computes. */
function shortest(_key: string, value: unknown): unknown {
  if (typeof value !== "number" || Number.isInteger(value)) return value;
  for (let digits = 1; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return short;
  }
  return value;
}

/** A word as a shell takes it. */
const quoted = (word: string) => (/^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
