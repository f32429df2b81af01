import type { Unit } from "../base/clip.ts";
import { asFailure, Failure } from "../base/failure.ts";
import {
  addClip,
  type DropTarget,
  layoutsOf,
  type Rejected,
  reading,
  reportRejected,
} from "./drop-target.ts";
import { sizeQuestion } from "./size-question.ts";

/** Clips that are added at once, at most: each stays in the page's memory. */
export const MOST_ADDED = 500;
/** Clips that are read between two looks at whether the visitor cancelled. */
const AT_ONCE = 20;

/** Opens the clip at a place in the list of the visitor's file. */
export async function openEntry(target: DropTarget, index: number, unit?: Unit): Promise<void> {
  const { file } = target.clipChoice;
  if (!file) return;
  const open = async (size?: string) => {
    await addClip(target, file.clip(index, unit, size), (mended) => void openEntry(target, index, mended));
    target.clipChoice.last = index;
    target.clipChoice.show(false);
  };
  try {
    const far = file.farthestPixel([index]);
    if (far) target.ask(sizeQuestion(file.entries[index]?.id ?? file.name, far, open));
    else await open();
  } catch (thrown) {
    reportRejected(target, [unreadable(file.name, index, asFailure(thrown))]);
  }
}

/** Adds clips of the visitor's file to the visitor's clips, and leaves the stage as it is. */
export async function addEntries(target: DropTarget, indices: number[]): Promise<void> {
  const { file } = target.clipChoice;
  if (!file) return;
  const far = file.farthestPixel(indices);
  if (far) target.ask(sizeQuestion(`${indices.length} clips`, far, (size) => add(target, indices, size)));
  else await add(target, indices);
}

async function add(target: DropTarget, indices: number[], size?: string): Promise<void> {
  const { file } = target.clipChoice;
  if (!file) return;
  target.clipChoice.show(false);
  const layouts = await layoutsOf(target);
  const rejected: Rejected[] = [];
  const progress = reading(target, `Reading ${file.name}`, indices.length);
  let done = 0;
  do {
    const some = indices.slice(done, done + AT_ONCE);
    file.clips(some, undefined, size).forEach((clip, i) => {
      if (clip instanceof Failure) rejected.push(unreadable(file.name, some[i] ?? 0, clip));
      else target.library.addClip(clip, layouts);
    });
    done += some.length;
  } while ((await progress(done)) && target.clipChoice.file === file);
  const added = done - rejected.length;
  target.announce(`${added} ${added === 1 ? "clip" : "clips"} of ${file.name} added to your files`);
  reportRejected(target, rejected);
}

function unreadable(name: string, index: number, failure: Failure): Rejected {
  return { title: `Clip ${index + 1} of "${name}" cannot be read.`, failure };
}
