/**
 * Downloads that begin before the code that needs them is there, by address. Who needs one takes it over; without one,
 * it begins then.
 */

/** Gets the bytes loaded so far and in total (0 if unknown), both uncompressed. */
export type Progress = (loaded: number, total: number) => void;

/** Downloads a file. */
export type Run<T> = (progress: Progress, signal?: AbortSignal) => Promise<T>;

interface Early {
  done: Promise<unknown>;
  stop: AbortController;
  last: Parameters<Progress>;
  hear: Progress;
}

const early = new Map<string, Early>();

/** Begins a download. A failure is reported to who takes it over. */
export function beginEarly<T>(address: URL, run: Run<T>): Promise<T> {
  const stop = new AbortController();
  const one: Early = { done: Promise.resolve(), stop, last: [0, 0], hear: () => {} };
  const done = run((...progress) => {
    one.last = progress;
    one.hear(...progress);
  }, stop.signal);
  done.catch(() => {});
  one.done = done;
  early.set(address.href, one);
  return done;
}

/** Takes over the download that has begun, once, or begins it. `run` has to be what `beginEarly` got. */
export function takeEarly<T>(
  address: URL,
  run: Run<T>,
  progress: Progress = () => {},
  signal?: AbortSignal,
): Promise<T> {
  const one = early.get(address.href);
  early.delete(address.href);
  if (!one) return run(progress, signal);
  one.hear = progress;
  progress(...one.last);
  signal?.addEventListener("abort", () => one.stop.abort());
  if (signal?.aborted) one.stop.abort();
  return one.done as Promise<T>;
}
