import { ActiveAttack } from "../attack/active-attack.ts";
import type { Clip } from "../base/clip.ts";
import type { Entry } from "../clips/gallery.ts";
import type { Library } from "../clips/library.ts";
import { writeClip } from "../core/clips.ts";
import { type Attachment, type Result, readResult, writeResult } from "../core/result-file.ts";
import type { Recognition } from "../core/types.ts";
import type { State } from "../settings/table.ts";
import { curvesSvg } from "./curves-figure.ts";
import type { Easel } from "./easel.ts";
import { currentClip, figuresFile, settingsFile } from "./exports.ts";
import { scenePng, sceneSvg, svgPng } from "./pictures.ts";

/** The settings of another computer that do not belong to the result: device, open Lab, clip and frame by id. */
const NOT_KEPT = ["engine", "lab", "sweep", "clip", "f"];

/** What a result file is made of. */
export interface ResultSource {
  clip: Clip;
  attack: ActiveAttack | null;
  /** Settings as in a link. */
  settings: string;
  network: string;
  /** Draws the pictures; null: none. */
  easel: Easel | null;
}

/** A result as one ZIP: what this page opens again, and files for people: clips, settings, steps, pictures. */
export async function resultFile(source: ResultSource): Promise<Uint8Array> {
  const { clip, attack, settings, network } = source;
  const end = attack?.end === "error" || !attack?.end ? "cancelled" : attack.end;
  const record = attack?.data && attack.reports.length > 0;
  const head = {
    format: "ciasa-result",
    version: 1,
    name: clip.name,
    settings,
    network,
    attack: record
      ? {
          config: attack.config,
          classes: attack.classes,
          reports: attack.reports,
          end,
          probabilities: [...(attack.probabilities ?? [])],
        }
      : null,
  };
  return writeResult(head, clip, record ? attack.data : null, await attachments(source));
}

const utf8 = (text: string) => new TextEncoder().encode(text);
const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

/** The files for people. */
async function attachments({ clip, attack, easel }: ResultSource): Promise<Attachment[]> {
  const files: Attachment[] = [];
  const add = (name: string, bytes: Uint8Array) => files.push({ name, bytes });
  const attacked = attack?.data ? currentClip({ clip, attack }) : null;
  if (attack && attacked) {
    add("attacked.json", await writeClip(attacked, "ciasa"));
    add("settings.json", utf8(settingsFile(attack.config)));
    add("figures.csv", utf8(figuresFile(attack)));
    const curves = curvesSvg(attack.reports, attack.config.restraint);
    add("pictures/curves.svg", utf8(curves));
    add("pictures/curves.png", await bytesOf(await svgPng(curves)));
  }
  if (easel) {
    for (const scene of ["view", "film"] as const) {
      add(`pictures/${scene}.svg`, utf8(sceneSvg(easel, scene)));
      add(`pictures/${scene}.png`, await bytesOf(await scenePng(easel, scene)));
    }
  }
  return files;
}

/** What opening a result needs of the playground. */
export interface ResultTarget {
  readonly library: Library;
  readonly settings: { readonly state: Readonly<State>; take(query: string): void };
  /** Adds the clip to the library and shows it. */
  addClip(clip: Clip): Promise<Entry>;
  /** Shows a clip of the gallery. */
  choose(entry: Entry): Promise<void>;
  /** Puts an attack that is over on the stage. */
  showAttack(attack: ActiveAttack): void;
}

/** The gallery's clip of that id, if it has exactly these values: then no copy of it is added. */
async function sameInGallery(
  library: Library,
  id: string | null,
  read: Result["clip"],
): Promise<Entry | null> {
  const entry = id ? library.find(id) : undefined;
  if (!entry || entry.origin === "file" || entry.layout !== read.layout) return null;
  const { data } = await library.clip(entry);
  return data.length === read.data.length && data.every((value, i) => value === read.data[i]) ? entry : null;
}

/** Opens a result file: settings, clip, and the attack with its steps. Throws a CoreError that names what is wrong. */
export async function openResult(target: ResultTarget, file: File): Promise<void> {
  const { head, clip: read, attacked } = await readResult(new Uint8Array(await file.arrayBuffer()));
  const name = head.name.slice(0, 120) || file.name;
  const settings = new URLSearchParams(head.settings);
  const shipped = await sameInGallery(target.library, settings.get("clip"), read);
  for (const key of NOT_KEPT) settings.delete(key);
  // The device is this visitor's choice.
  settings.set("engine", target.settings.state.engine);
  target.settings.take(settings.toString());
  if (shipped) await target.choose(shipped);
  const entry = shipped ?? (await target.addClip({ ...read, id: name, name, origin: "file" }));
  if (!head.attack || !attacked) return;
  const clip = await target.library.clip(entry);
  const { config, classes, reports, end, probabilities } = head.attack;
  // The iterate that is returned need not be the last one.
  const ranked = probabilities.map((p, index) => ({ index, p })).sort((a, b) => b.p - a.p);
  const recognition: Recognition = {
    top: ranked.length > 0 ? ranked.slice(0, 5) : (reports.at(-1)?.top ?? []),
    probabilities: Float32Array.from(probabilities),
  };
  const over = { reason: end, report: reports.at(-1) ?? null, data: attacked, recognition };
  target.showAttack(ActiveAttack.over(clip, config, classes, reports, over));
}
