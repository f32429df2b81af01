// What an experiment has computed, a line of JSON each.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { fail } from "../tools.mjs";

export class Store {
  #path;
  #attacks = new Map();
  #films = new Map();
  #settings;

  /** Reads what an earlier run with the same settings has left; ends this process if the settings differ. */
  constructor(path, settings) {
    this.#path = path;
    this.#settings = settings;
    if (!existsSync(path)) {
      writeFileSync(path, `${JSON.stringify({ kind: "settings", ...settings })}\n`);
      return;
    }
    const text = readFileSync(path, "utf8");
    // A line that was cut off stays alone.
    if (!text.endsWith("\n")) appendFileSync(path, "\n");
    for (const line of text.split("\n")) {
      const entry = parsed(line);
      if (entry?.kind === "settings") this.#check(entry);
      else if (entry) this.#keep(entry);
    }
  }

  /** The attack on a clip; undefined if it is not made yet, as for films. */
  attack(id, settings) {
    return this.#attacks.get(`${id} ${settings}`);
  }

  /** The film of a clip under an attack; clean with `settings` null. */
  film(id, yaw, settings) {
    return this.#films.get(`${id} ${yaw} ${settings}`);
  }

  /** Keeps an attack or a film, and writes it down at once. */
  add(entry) {
    this.#keep(entry);
    appendFileSync(this.#path, `${JSON.stringify(entry)}\n`);
  }

  #check(entry) {
    for (const [name, value] of Object.entries(this.#settings)) {
      if (entry[name] !== value)
        fail(`${this.#path} has --${name} ${entry[name]}, not ${value}: choose another --out, or delete it`);
    }
  }

  #keep(entry) {
    if (entry.kind === "attack") this.#attacks.set(`${entry.id} ${entry.settings}`, entry);
    if (entry.kind === "film") this.#films.set(`${entry.id} ${entry.yaw} ${entry.settings}`, entry);
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
