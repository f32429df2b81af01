// Whether what a page holds has grown from the first to the last tenth of what it did.

/** What memory may grow, of its size. */
export const GROWTH = 0.02;

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

/**
 * Compares the medians of two lists of `held()`; gives a line for people, and whether nothing has grown by more than
 * GROWTH. The process's memory may grow by `most`.
 */
export function verdict(first, last, most = GROWTH) {
  const pair = (key) => [median(first.map((held) => held[key])), median(last.map((held) => held[key]))];
  const grown = ([before, after]) => (before === 0 ? Number(after > 0) : after / before - 1);
  const [bytes, wasm, gpu] = ["bytes", "wasm", "gpu"].map(pair);
  const [buffers, workers, nodes] = ["buffers", "workers", "nodes"].map(pair);
  const memory = ([before, after]) =>
    `${mb(before)} to ${mb(after)} MB (${(100 * grown([before, after])).toFixed(1)} %)`;
  const words = [
    `memory ${memory(bytes)}`,
    `the engine's module ${memory(wasm)}`,
    ...(gpu[0] > 0 ? [`GPU ${memory(gpu)}, buffers ${buffers.join(" to ")}`] : []),
    `workers ${workers.join(" to ")}`,
    `nodes of the page ${nodes.join(" to ")}`,
  ];
  const steady = [wasm, gpu, buffers, nodes].every((one) => grown(one) <= GROWTH);
  const fits = steady && grown(bytes) <= most && workers[0] === workers[1];
  return { fits, words: words.join("; ") };
}

/** Megabytes, for people. */
export const mb = (bytes) => (bytes / 1e6).toFixed(1);
