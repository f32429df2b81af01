// What processes had of the cores, as crate/benches/attack/cores.rs says for the native bench.
import { readdirSync, readFileSync } from "node:fs";

const read = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process or thread has ended since its folder was listed.
    return "";
  }
};

const numbers = (folder) => {
  try {
    return readdirSync(folder).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
};

/** A process and all that it has started, and they in turn. */
function family(root) {
  const children = new Map();
  for (const name of numbers("/proc")) {
    // The parent stands after the program's name, which is in brackets and may hold spaces.
    const parent = read(`/proc/${name}/stat`)
      .replace(/^.*\) \S+ /, "")
      .split(" ")[0];
    children.set(parent, [...(children.get(parent) ?? []), name]);
  }
  const all = [String(root)];
  for (const one of all) all.push(...(children.get(one) ?? []));
  return all;
}

/**
 * Seconds that this process and its children (the browser, PyTorch) have computed, and that they were ready but had no
 * core; null where the system does not say.
 */
export function used() {
  const threads = family(process.pid).flatMap((name) =>
    numbers(`/proc/${name}/task`).map((task) => read(`/proc/${name}/task/${task}/schedstat`)),
  );
  const found = threads.filter(Boolean).map((text) => text.split(" ").map((word) => Number(word) / 1e9));
  if (found.length === 0) return null;
  return [0, 1].map((at) => found.reduce((sum, thread) => sum + thread[at], 0));
}
