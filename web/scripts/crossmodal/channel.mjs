// What a camera and the pose estimator do to a perturbation, over many films.

const LINES = [
  ["comes through in the picture's plane, share", 1, 2],
  ["comes through in depth, share", 1, 2],
  ["noise in the plane, cm", 100, 1],
  ["noise in depth, cm", 100, 1],
  ["pace of the noise, Hz", 1, 2],
];

/** The figures of films: an attack that is made for a camera reckons with them. */
export class Channel {
  #films = new Map();

  /** A film's figures, as the core gives them; without any if nothing was perturbed. */
  add(settings, figures) {
    const lists = this.#films.get(settings) ?? LINES.map(() => []);
    for (const [i, value] of figures.entries()) lists[i].push(value);
    this.#films.set(settings, lists);
  }

  /** Median of the films and its 95 % interval for any distribution, line by line. */
  text({ medianInWords }) {
    const lines = [...this.#films].map(([settings, lists]) => {
      const of = ([words, unit, digits], i) => {
        const values = Float64Array.from(lists[i], (value) => unit * value);
        return `${words}: ${medianInWords(values, digits)}`;
      };
      return `${settings}, ${lists[0].length} films: ${LINES.map(of).join("; ")}`;
    });
    return ["What the camera does to a perturbation: median of the films [95 % interval]", ...lines, ""].join(
      "\n",
    );
  }
}
