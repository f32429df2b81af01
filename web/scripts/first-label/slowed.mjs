// A slow computer: the browser's processes are stopped for a part of the time. Chromium's own throttling would slow
// the page's main thread alone, and neither the engine's workers nor the compiler of WebAssembly.

/** ms for which the processes run at a time. */
const RUN = 10;

/**
 * Lets the processes that `ids()` names run for 1/`times` of the time. Gives a function that ends it. Not for Windows,
 * which cannot stop a process for a moment.
 */
export function slowed(ids, times) {
  if (times === 1) return () => {};
  const send = (signal) => {
    for (const id of ids()) {
      try {
        process.kill(id, signal);
      } catch {
        // It has ended.
      }
    }
  };
  let over = false;
  const run = () => {
    send("SIGCONT");
    if (!over) setTimeout(hold, RUN);
  };
  const hold = () => {
    if (over) return;
    send("SIGSTOP");
    setTimeout(run, RUN * (times - 1));
  };
  hold();
  return () => {
    over = true;
    send("SIGCONT");
  };
}
