import { asFailure, Failure } from "./failure.ts";
import type { Entry } from "./library.ts";
import { kindOf } from "./opening.ts";
import type { Session } from "./session.ts";
import { layouts } from "./viewer/viewer.ts";

/** A file that was not taken in, in words, and why. */
interface Refused {
  title: string;
  failure: Failure;
}

/** More are counted, not told one by one. */
const TOLD = 3;

/**
 * Reads a visitor's files: weights, which may come with a list of class names, and clips. Shows the last good clip. A file
 * that cannot be taken, such as a folder, is told by its name and keeps none of the others away.
 */
export async function takeIn(session: Session, files: File[]): Promise<void> {
  const kinds = await Promise.all(files.map((file) => kindOf(file).catch(asFailure)));
  const refused = files.flatMap((file, i): Refused[] => {
    const kind = kinds[i];
    return kind instanceof Failure ? [{ title: `"${file.name}" cannot be read.`, failure: kind }] : [];
  });
  const of = (...wanted: unknown[]) => files.filter((_, i) => wanted.includes(kinds[i]));
  const weights = of("weights");
  if (weights.length > 0) void session.weights.open(weights, {}, true, of("list"));
  // What looks like a list is one only beside weights.
  const clips = weights.length > 0 ? of("clip") : of("clip", "list");
  tell(session, [...refused, ...(await addClips(session, clips))]);
}

/** Puts the good ones into the library; gives the others. */
async function addClips(session: Session, files: File[]): Promise<Refused[]> {
  const refused: Refused[] = [];
  let last: Entry | null = null;
  for (const file of files) {
    try {
      if (session.layouts.length === 0) session.layouts = await layouts();
      last = await session.library.add(file, session.layouts);
    } catch (thrown) {
      refused.push({ title: `"${file.name}" is no clip that can be read.`, failure: asFailure(thrown) });
    }
  }
  if (last) {
    await session.choose(last);
    session.say(`${last.name} added to your files`);
  }
  return refused;
}

function tell(session: Session, refused: Refused[]): void {
  const [first] = refused;
  if (!first) return;
  const told = refused.slice(0, TOLD);
  const more = refused.length - told.length;
  const titles = told.map((one) => one.title);
  if (more > 0) titles.push(`${more} more cannot be read.`);
  // The same cause is said once.
  const causes = [...new Set(told.map((one) => one.failure.message))];
  const failure = new Failure(first.failure.kind, causes.join(" "));
  session.report(titles.join(" "), failure, [], "The clip on the stage");
}
