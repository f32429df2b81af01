import type { Clip, Unit } from "../base/clip.ts";
import { asFailure, Failure } from "../base/failure.ts";
import type { Notice } from "../base/notice.ts";
import type { ClipChoice } from "../clips/clip-choice.ts";
import type { Entry, Library } from "../clips/library.ts";
import { layouts } from "../core/clips.ts";
import type { LayoutInfo } from "../core/layout.ts";
import { type FileKind, kindOf } from "../weights/file-kind.ts";
import type { WeightsImport } from "../weights/weights-import.ts";
import { type FramesQuestion, openFrames } from "./frames-question.ts";

/** What opening files needs of the playground. */
export interface DropTarget {
  readonly weights: WeightsImport;
  readonly library: Library;
  readonly clipChoice: ClipChoice;
  layouts: LayoutInfo[];
  /** Asks for the size of the picture. */
  ask(question: FramesQuestion): void;
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
 * Opens a visitor's files: weights, a list of class names beside them, clips, the frames of a clip, and a file of many
 * clips with its labels. The last readable clip is shown. A file that cannot be read, such as a folder, is reported by
 * name and does not stop the others.
 */
export async function openFiles(target: DropTarget, files: File[]): Promise<void> {
  const kinds = await Promise.all(files.map((file) => kindOf(file).catch(asFailure)));
  const rejected = files.flatMap((file, i): Rejected[] => {
    const kind = kinds[i];
    return kind instanceof Failure ? [{ title: `"${file.name}" cannot be read.`, failure: kind }] : [];
  });
  const of = (...wanted: FileKind[]) => files.filter((_, i) => wanted.some((kind) => kind === kinds[i]));
  const sets = of("clips");
  // Labels without clips may be a pickle of weights.
  const weights = sets.length > 0 ? of("weights") : of("weights", "labels");
  if (weights.length > 0) void target.weights.open(weights, {}, true, of("list"));
  // Without weights, a file that looks like a list of names may be a clip.
  const clips = weights.length > 0 ? of("clip") : of("clip", "list");
  rejected.push(...(await addClips(target, clips)));
  rejected.push(...(await addFrames(target, of("frame"))));
  rejected.push(...(await openSets(target, sets, of("labels"))));
  reportRejected(target, rejected);
}

/** Adds the readable clips to the library and shows the last one; returns the others. */
async function addClips(target: DropTarget, files: File[], unit?: Unit): Promise<Rejected[]> {
  const rejected: Rejected[] = [];
  let last: Entry | null = null;
  let shown: File | null = null;
  for (const file of files) {
    try {
      last = await target.library.add(file, await layoutsOf(target), unit);
      shown = file;
    } catch (thrown) {
      rejected.push({ title: `"${file.name}" is not a readable clip.`, failure: asFailure(thrown) });
    }
  }
  if (last && shown) {
    const file = shown;
    await present(
      target,
      last,
      (mended) => void addClips(target, [file], mended).then((bad) => reportRejected(target, bad)),
    );
  }
  return rejected;
}

/** Opens OpenPose's frames as one clip. */
async function addFrames(target: DropTarget, files: File[]): Promise<Rejected[]> {
  if (files.length === 0) return [];
  try {
    const opened = await openFrames(files);
    if ("far" in opened) target.ask(opened);
    else await addClip(target, opened);
    return [];
  } catch (thrown) {
    const what = files.length === 1 ? `"${files[0]?.name}" is` : `${files.length} frames are`;
    return [{ title: `${what} not a readable clip.`, failure: asFailure(thrown) }];
  }
}

/** Shows the list of a file of many clips; the last of several stays. A file of one clip is opened. */
async function openSets(target: DropTarget, files: File[], labels: File[]): Promise<Rejected[]> {
  const rejected: Rejected[] = [];
  for (const file of files) {
    try {
      const beside = /\.npy$/i.test(file.name) ? labels[0] : undefined;
      const { entries } = await target.clipChoice.open(file, beside);
      if (entries.length === 1) await openEntry(target, 0);
      else {
        target.clipChoice.show(true);
        target.announce(`${file.name} holds ${entries.length} clips`);
      }
    } catch (thrown) {
      rejected.push({ title: `"${file.name}" is not a readable file of clips.`, failure: asFailure(thrown) });
    }
  }
  return rejected;
}

/** Opens the clip at a place in the list of the visitor's file. */
export async function openEntry(target: DropTarget, index: number, unit?: Unit): Promise<void> {
  const { file } = target.clipChoice;
  if (!file) return;
  try {
    await addClip(target, file.clip(index, unit), (mended) => void openEntry(target, index, mended));
    target.clipChoice.last = index;
    target.clipChoice.show(false);
  } catch (thrown) {
    const failure = asFailure(thrown);
    reportRejected(target, [{ title: `Clip ${index + 1} of "${file.name}" cannot be read.`, failure }]);
  }
}

/** Adds a clip to the library and shows it. */
export async function addClip(target: DropTarget, clip: Clip, again?: (unit: Unit) => void): Promise<void> {
  await present(target, target.library.addClip(clip, await layoutsOf(target)), again);
}

async function layoutsOf(target: DropTarget): Promise<LayoutInfo[]> {
  if (target.layouts.length === 0) target.layouts = await layouts();
  return target.layouts;
}

/**
 * Shows a clip, and what is odd about it with buttons that mend it. `again` reads it in another unit.
 */
async function present(target: DropTarget, entry: Entry, again?: (unit: Unit) => void): Promise<void> {
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
