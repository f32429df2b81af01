import type { ModelEntry } from "../core/types.ts";

/** Why a network cannot be compared with the loaded one, as a sentence for the visitor; null if it can. */
export function misfit(model: ModelEntry, loaded: ModelEntry): string | null {
  if (model.layout !== loaded.layout)
    return `It reads ${model.layout}; ${loaded.name} reads ${loaded.layout}.`;
  const [own, its] = [new Set(loaded.classes), new Set(model.classes)];
  if (own.size === its.size && [...own].every((name) => its.has(name))) return null;
  return own.size === its.size
    ? `Its classes have other names than those of ${loaded.name}.`
    : `It has ${its.size} classes; ${loaded.name} has ${own.size}.`;
}

/** The networks that can attack and judge together: the loaded one, then those of `others` with its classes. */
export function comparable(loaded: ModelEntry, others: ModelEntry[]): ModelEntry[] {
  return [loaded, ...others.filter((one) => misfit(one, loaded) === null)];
}

/** The chosen ones, in their order; without a choice all of them. */
export function chosen(models: ModelEntry[], ids: string[] | null): ModelEntry[] {
  return ids ? models.filter((one) => ids.includes(one.id)) : models;
}
