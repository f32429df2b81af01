// How far the recovered joints are from the filmed ones, over many clips.

/** Distances of 13 main joints of clean and attacked films, before and after the estimator's offsets are taken away. */
export class Joints {
  #films = new Map();

  /** A clip's two films, with the network's answers to them. */
  add({ settings, yaw, own, film, before, after }) {
    const key = `${settings}, ${yaw} degrees`;
    const lists = this.#films.get(key) ?? [[], [], [], []];
    for (const [i, value] of [own.error, before.error, film.error, after.error].entries())
      lists[i].push(value);
    this.#films.set(key, lists);
  }

  /** Median, its 95 % interval for any distribution, and the share of films within 6 cm. */
  text() {
    const lines = [...this.#films].map(([key, [raw, clean, rawAttacked, attacked]]) => {
      const of = (word, found, fitted) =>
        `${word} ${middle(found)}, as the network gets them ${middle(fitted)}`;
      return `${key}: ${of("clean", raw, clean)}; ${of("attacked", rawAttacked, attacked)}`;
    });
    return ["13 main joints off by, in cm: median [95 % interval] (films within 6 cm)", ...lines, ""].join(
      "\n",
    );
  }
}

function middle(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  // Fewer than k of n values lie below the median with a probability of 2.5 % at most.
  let [chance, below, k] = [0.5 ** n, 0, 0];
  while (below + chance <= 0.025 && k < n) {
    below += chance;
    chance *= (n - k) / (k + 1);
    k += 1;
  }
  const text = sorted[Math.ceil(n / 2) - 1].toFixed(1);
  const interval = k > 0 ? ` [${sorted[k - 1].toFixed(1)}, ${sorted[n - k].toFixed(1)}]` : "";
  return `${text}${interval} (${sorted.filter((value) => value <= 6).length} of ${n})`;
}
