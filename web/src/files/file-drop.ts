import type { ActiveAttack } from "../attack/active-attack.ts";
import type { Clip, Unit } from "../base/clip.ts";
import { asFailure, Failure } from "../base/failure.ts";
import type { Entry } from "../clips/gallery.ts";
import { type FileKind, kindOf } from "../weights/file-kind.ts";
import {
  addClip,
  type DropTarget,
  layoutsOf,
  present,
  type Rejected,
  reading,
  reportRejected,
} from "./drop-target.ts";
import { openEntry } from "./entries.ts";
import { openResult } from "./result.ts";
import { openFrames } from "./size-question.ts";

/** So many clips are read before the progress is drawn again. */
const SHOWN = 20;

/**
 * Opens a visitor's files: weights, a list of class names beside them, clips, the frames of a clip, a file of many
 * clips with its labels, and saved results. The last readable clip is shown. A file that cannot be read, such as a
 * folder, is reported by name and does not stop the others.
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
  rejected.push(...(await openResults(target, of("result"))));
  reportRejected(target, rejected);
}

/** Adds the readable clips to the library and shows the last one; returns the others. */
async function addClips(target: DropTarget, files: File[], unit?: Unit): Promise<Rejected[]> {
  const rejected: Rejected[] = [];
  let last: Entry | null = null;
  let shown: File | null = null;
  const progress = files.length > SHOWN ? reading(target, "Reading clips", files.length) : null;
  for (const [i, file] of files.entries()) {
    if (progress && i > 0 && i % SHOWN === 0 && !(await progress(i))) break;
    try {
      last = await target.library.add(file, await layoutsOf(target), unit);
      shown = file;
    } catch (thrown) {
      rejected.push({ title: `"${file.name}" is not a readable clip.`, failure: asFailure(thrown) });
    }
  }
  await progress?.(files.length);
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
    const question = await openFrames(files, async (clip) => void (await addClip(target, clip)));
    if (question) target.ask(question);
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

/** Opens saved results; the last of several stays. */
async function openResults(target: DropTarget, files: File[]): Promise<Rejected[]> {
  const rejected: Rejected[] = [];
  for (const file of files) {
    try {
      const { library, settings } = target;
      const add = (clip: Clip) => addClip(target, clip);
      const choose = (entry: Entry) => target.choose(entry);
      const showAttack = (attack: ActiveAttack) => target.showAttack(attack);
      await openResult({ library, settings, addClip: add, choose, showAttack }, file);
    } catch (thrown) {
      const title = `"${file.name}" is not a readable result of this playground.`;
      rejected.push({ title, failure: asFailure(thrown) });
    }
  }
  return rejected;
}
