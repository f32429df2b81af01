import type { Unit } from "../base/clip.ts";
import { asFailure, Failure } from "../base/failure.ts";
import type { Notice } from "../base/notice.ts";
import type { Entry, Library } from "../clips/library.ts";
import { layouts } from "../core/clips.ts";
import type { LayoutInfo } from "../core/layout.ts";
import { type FileKind, kindOf } from "../weights/file-kind.ts";
import type { WeightsImport } from "../weights/weights-import.ts";

/** What opening files needs of the playground. */
export interface DropTarget {
  readonly weights: WeightsImport;
  readonly library: Library;
  layouts: LayoutInfo[];
  choose(entry: Entry): Promise<void>;
  announce(words: string): void;
  report(title: string, thrown: unknown, actions: Notice["actions"], kept?: string): void;
  inform(title: string, detail: string, actions: Notice["actions"]): void;
}

/** A file that could not be opened: a sentence with its name, and the reason. */
interface Rejected {
  title: string;
  failure: Failure;
}

/** Rejected files named in one notice; the rest are counted. */
const MOST_NAMED = 3;

/**
 * Opens a visitor's files: weights, a list of class names beside them, and clips; the last readable clip is shown. A
 * file that cannot be read, such as a folder, is reported by name and does not stop the others.
 */
export async function openFiles(target: DropTarget, files: File[]): Promise<void> {
  const kinds = await Promise.all(files.map((file) => kindOf(file).catch(asFailure)));
  const rejected = files.flatMap((file, i): Rejected[] => {
    const kind = kinds[i];
    return kind instanceof Failure ? [{ title: `"${file.name}" cannot be read.`, failure: kind }] : [];
  });
  const of = (...wanted: FileKind[]) => files.filter((_, i) => wanted.some((kind) => kind === kinds[i]));
  const weights = of("weights");
  if (weights.length > 0) void target.weights.open(weights, {}, true, of("list"));
  // Without weights, a file that looks like a list of names may be a clip.
  const clips = weights.length > 0 ? of("clip") : of("clip", "list");
  reportRejected(target, [...rejected, ...(await addClips(target, clips))]);
}

/** Adds the readable clips to the library and shows the last one; returns the others. */
async function addClips(target: DropTarget, files: File[], unit?: Unit): Promise<Rejected[]> {
  const rejected: Rejected[] = [];
  let last: Entry | null = null;
  let shown: File | null = null;
  for (const file of files) {
    try {
      if (target.layouts.length === 0) target.layouts = await layouts();
      last = await target.library.add(file, target.layouts, unit);
      shown = file;
    } catch (thrown) {
      rejected.push({ title: `"${file.name}" is not a readable clip.`, failure: asFailure(thrown) });
    }
  }
  if (last) {
    await target.choose(last);
    target.announce(`${last.name} added to your files`);
    if (shown) await warn(target, last, shown);
  }
  return rejected;
}

/** Shows what is odd about the clip on the stage, with a button that reads the file in the unit that mends it. */
async function warn(target: DropTarget, entry: Entry, file: File): Promise<void> {
  const { warnings = [] } = await target.library.clip(entry);
  if (warnings.length === 0) return;
  const units = new Set(warnings.flatMap(({ unit }) => (unit === null ? [] : [unit])));
  const actions = [...units].map((unit) => ({
    label: `Read in ${unit}`,
    run: () => void addClips(target, [file], unit).then((rejected) => reportRejected(target, rejected)),
  }));
  const detail = warnings.map(({ text }) => text).join(" ");
  target.inform(`"${file.name}" was read, with a warning.`, detail, actions);
  target.announce(detail);
}

function reportRejected(target: DropTarget, rejected: Rejected[]): void {
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
