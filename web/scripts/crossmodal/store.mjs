// What an experiment has computed, a line of JSON each.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { fail } from "../tools.mjs";

export class Store {
  #path;
  #attacks = new Map();
  #films = new Map();
  #answers = new Map();
  #settings;

  /** Reads what an earlier run with the same settings has left; ends this process if the settings differ. */
  constructor(path, settings) {
    this.#path = path;
    this.#settings = settings;
    if (!existsSync(path)) {
      writeFileSync(path, `${JSON.stringify({ kind: "settings", ...settings })}\n`);
      return;
    }
    for (const line of readFileSync(path, "utf8").split("\n")) {
      const entry = parsed(line);
      if (entry?.kind === "settings") this.#check(entry);
      else if (entry) this.#keep(entry);
    }
  }

  attack(id) {
    return this.#attacks.get(id);
  }

  film(id, yaw) {
    return this.#films.get(`${id} ${yaw}`);
  }

  /** Keeps an attack or a film, and writes it down at once. */
  add(entry) {
    this.#keep(entry);
    appendFileSync(this.#path, `${JSON.stringify(entry)}\n`);
  }

  /** Keeps the network's answers, which depend on all clips of a run. */
  answer(id, yaw, labels) {
    this.#answers.set(`${id} ${yaw}`, labels);
  }

  /** The row of a clip and a camera. */
  row(id, yaw) {
    const { label, target, clean, attacked } = this.attack(id);
    const { taken, found, errorClean, errorAttacked } = this.film(id, yaw);
    const film = this.#answers.get(`${id} ${yaw}`);
    return {
      clip: id,
      camera: yaw,
      setting: this.#settings.settings,
      label,
      target,
      clean,
      clean_film: film.clean,
      attacked,
      attacked_film: film.attacked,
      error_clean_cm: errorClean.toFixed(2),
      error_attacked_cm: errorAttacked.toFixed(2),
      pictures: taken,
      found,
    };
  }

  #check(entry) {
    for (const [name, value] of Object.entries(this.#settings)) {
      if (entry[name] !== value)
        fail(`${this.#path} has --${name} ${entry[name]}, not ${value}: choose another --out, or delete it`);
    }
  }

  #keep(entry) {
    if (entry.kind === "attack") this.#attacks.set(entry.id, entry);
    if (entry.kind === "film") this.#films.set(`${entry.id} ${entry.yaw}`, entry);
  }
}

/** A line; null if it is empty or was cut off when the run was stopped. */
function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
