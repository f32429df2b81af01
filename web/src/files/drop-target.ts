import type { ActiveAttack } from "../attack/active-attack.ts";
import type { Clip, Unit } from "../base/clip.ts";
import { Failure } from "../base/failure.ts";
import type { Notice } from "../base/notice.ts";
import type { Transfer } from "../base/transfer.ts";
import type { ClipChoice } from "../clips/clip-choice.ts";
import type { Entry } from "../clips/gallery.ts";
import type { Library } from "../clips/library.ts";
import { layouts } from "../core/clips.ts";
import type { LayoutInfo } from "../core/layout.ts";
import type { State } from "../settings/table.ts";
import type { WeightsImport } from "../weights/weights-import.ts";
import type { SizeQuestion } from "./size-question.ts";

/** What opening files needs of the playground. */
export interface DropTarget {
  readonly weights: WeightsImport;
  readonly library: Library;
  readonly clipChoice: ClipChoice;
  layouts: LayoutInfo[];
  /** What runs and shows its progress. */
  transfer: Transfer | null;
  changed(): void;
  /** Asks for the size of the picture. */
  ask(question: SizeQuestion): void;
  readonly settings: { readonly state: Readonly<State>; take(query: string): void };
  choose(entry: Entry): Promise<void>;
  /** Puts an attack that is over on the stage. */
  showAttack(attack: ActiveAttack): void;
  announce(words: string): void;
  report(title: string, thrown: unknown, actions: Notice["actions"], kept?: string): void;
  inform(title: string, detail: string, actions: Notice["actions"]): void;
}

/** A file that could not be opened: a sentence with its name, and the reason. */
export interface Rejected {
  title: string;
  failure: Failure;
}

/** Rejected files named in one notice; the rest are counted. */
const MOST_NAMED = 3;

/** Adds a clip to the library and shows it. */
export async function addClip(target: DropTarget, clip: Clip, again?: (unit: Unit) => void): Promise<Entry> {
  const entry = target.library.addClip(clip, await layoutsOf(target));
  await present(target, entry, again);
  return entry;
}

/** The known layouts. */
export async function layoutsOf(target: DropTarget): Promise<LayoutInfo[]> {
  if (target.layouts.length === 0) target.layouts = await layouts();
  return target.layouts;
}

/**
 * Shows a clip, and what is odd about it with buttons that mend it. `again` reads it in another unit.
 */
export async function present(target: DropTarget, entry: Entry, again?: (unit: Unit) => void): Promise<void> {
  await target.choose(entry);
  target.announce(`${entry.name} added to your files`);
  const { warnings = [] } = await target.library.clip(entry);
  if (warnings.length === 0) return;
  const units = new Set(warnings.flatMap(({ unit }) => (unit === null ? [] : [unit])));
  const actions = again
    ? [...units].map((unit) => ({ label: `Read in ${unit}`, run: () => again(unit) }))
    : [];
  const detail = warnings.map(({ text }) => text).join(" ");
  target.inform(`"${entry.name}" was read, with a warning.`, detail, actions);
  target.announce(detail);
}

/** Reports files that could not be opened in one notice. */
export function reportRejected(target: DropTarget, rejected: Rejected[]): void {
  const [first] = rejected;
  if (!first) return;
  const named = rejected.slice(0, MOST_NAMED);
  const more = rejected.length - named.length;
  const titles = named.map((one) => one.title);
  if (more > 0) titles.push(`${more} more cannot be read.`);
  const causes = [...new Set(named.map((one) => one.failure.message))];
  const failure = new Failure(first.failure.kind, causes.join(" "));
  target.report(titles.join(" "), failure, [], "The clip on the stage");
}

/**
 * Shows the progress of reading `total` clips. The function that is returned takes how many are read, lets the page
 * draw, and resolves to whether there are more and the visitor has not cancelled; then the progress is taken down.
 */
export function reading(
  target: DropTarget,
  words: string,
  total: number,
): (done: number) => Promise<boolean> {
  let cancelled = false;
  const cancel = () => {
    cancelled = true;
  };
  const transfer: Transfer = { words, unit: "clips", done: 0, total, cancel };
  target.transfer = transfer;
  return async (done) => {
    transfer.done = done;
    target.changed();
    await new Promise((resume) => setTimeout(resume));
    const goesOn = done < total && !cancelled;
    if (!goesOn && target.transfer === transfer) {
      target.transfer = null;
      target.changed();
    }
    return goesOn;
  };
}
