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

  /** Median, its 95 % interval for any distribution, and the films within 6 cm. */
  text({ medianInWords }) {
    const middle = (values) => {
      const close = values.filter((value) => value <= 6).length;
      return `${medianInWords(Float64Array.from(values), 1)} (${close} of ${values.length})`;
    };
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
