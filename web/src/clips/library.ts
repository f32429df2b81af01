import { asset } from "../base/assets.ts";
import type { Clip, LayoutId, Unit } from "../base/clip.ts";
import { takeEarly } from "../base/early.ts";
import { parseClip } from "../core/clips.ts";
import type { LayoutInfo } from "../core/layout.ts";
import { type Entry, fetched, GALLERY, gallery } from "./gallery.ts";
import { thumbnail } from "./thumbnail.ts";

/** A visitor's file, and the unit in which it was read. */
export interface Source {
  file: File;
  unit?: Unit;
}

/** The shipped gallery and the visitor's files, which never leave the page. Fires "change" when entries change. */
export class Library extends EventTarget {
  entries: Entry[] = [];
  #loaded = new Map<string, Promise<Clip>>();
  /** The visitor's files as they are, by the entry's id. */
  readonly sources = new Map<string, Source>();
  #files = 0;

  /** Downloads the gallery's index. */
  async open(): Promise<void> {
    const index = await takeEarly(asset(GALLERY), gallery);
    this.entries = [...this.entries.filter((entry) => entry.origin === "file"), ...index];
    this.dispatchEvent(new Event("change"));
  }

  find(id: string): Entry | undefined {
    return this.entries.find((entry) => entry.id === id);
  }

  /** Does the gallery have clips of this layout for the discriminator to learn from? */
  natural(layout: LayoutId): boolean {
    return this.entries.some((entry) => entry.layout === layout && entry.origin !== "file");
  }

  /** The clip of an entry, downloaded once. */
  clip(entry: Entry): Promise<Clip> {
    const known = this.#loaded.get(entry.id);
    if (known) return known;
    const loading = this.#read(entry);
    this.#loaded.set(entry.id, loading);
    // A failed download is tried again on the next call.
    loading.catch(() => this.#loaded.delete(entry.id));
    return loading;
  }

  /** Adds a visitor's file, read in a unit if one is given. Throws a CoreError if it is not a readable clip. */
  async add(file: File, layouts: LayoutInfo[], unit?: Unit): Promise<Entry> {
    const clip = await parseClip(new Uint8Array(await file.arrayBuffer()), file.name, unit);
    const entry = this.addClip({ ...clip, name: file.name, origin: "file" }, layouts);
    this.sources.set(entry.id, unit ? { file, unit } : { file });
    return entry;
  }

  /** Adds a clip that is already in memory. */
  addClip(given: Clip, layouts: LayoutInfo[]): Entry {
    this.#files += 1;
    const clip = { ...given, id: `file-${this.#files}` };
    const layout = layouts.find((one) => one.id === clip.layout);
    const entry: Entry = {
      id: clip.id,
      name: clip.name,
      label: clip.label,
      layout: clip.layout,
      origin: "file",
      fps: clip.fps,
      frames: clip.frames,
      outOfDistribution: false,
      credit: "your file, read in this page and sent nowhere",
      thumb: layout ? thumbnail(clip, layout) : "",
    };
    this.#loaded.set(entry.id, Promise.resolve(clip));
    this.entries = [entry, ...this.entries];
    this.dispatchEvent(new Event("change"));
    return entry;
  }

  async #read(entry: Entry): Promise<Clip> {
    const path = `clips/${entry.file ?? ""}`;
    const bytes = new Uint8Array(await (await fetched(path)).arrayBuffer());
    const clip = await parseClip(bytes, path);
    return { ...clip, id: entry.id, name: entry.name, label: entry.label, origin: entry.origin };
  }
}
