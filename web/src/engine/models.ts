import type { ModelEntry } from "../core/types.ts";

/** Prefix of the ids of networks from a visitor's own files; no id in the manifest has it. */
export const OPENED = "opened-";

export const isOpened = (model: ModelEntry): boolean => model.id.startsWith(OPENED);
