import { asFailure } from "../base/failure.ts";
import type { Notice } from "../base/notice.ts";
import type { Transfer } from "../base/transfer.ts";
import type { Library } from "../clips/library.ts";
import type { LayoutInfo } from "../core/layout.ts";
import type { ModelEntry } from "../core/types.ts";
import { fetchFile, fileAddress, nameOf } from "../files/remote.ts";
import type { Settings } from "../settings/settings.ts";
import type { State } from "../settings/table.ts";
import type { Notices } from "./notices.ts";
import type { Player } from "./player.ts";

/** Values of a link that a notice names, at most. */
const SHOWN = 12;

/** The addresses of the files that a link names. */
export interface Linked {
  clip?: string;
  weights?: string;
}

/** The files of a link, `?clip=URL&weights=URL`. */
export function linkedFiles(search: string): Linked {
  const params = new URLSearchParams(search);
  const [clip, weights] = [params.get("clip"), params.get("weights")];
  return { ...(clip ? { clip } : {}), ...(weights ? { weights } : {}) };
}

/** What a link asks for beside the settings, and a sentence for each of its values that is not used. */
export class Link {
  files: Linked = {};
  /** Has a link asked for a frame? Its clip then stands still. */
  still = false;
  /** The camera that the link asks for, as `Viewer.viewpoint`, until the stage has taken it. */
  viewpoint: number[] | null = null;
  readonly #notices: Notices;
  /** How many of its own files are being opened. */
  #opening = 0;
  #repairs: string[] = [];
  #checked = false;

  constructor(notices: Notices) {
    this.#notices = notices;
  }

  /** Another link follows. */
  renew(): void {
    this.#repairs = [];
    this.#checked = false;
  }

  /** Shows the frame and the view that the link asks for, once: the next clip plays from its start. */
  seek(settings: Settings, player: Player): void {
    if (settings.viewpoint) {
      this.viewpoint = settings.viewpoint;
      settings.viewpoint = null;
      this.#notices.changed();
    }
    const { frame } = settings;
    if (frame === null) return;
    settings.frame = null;
    this.still = true;
    const last = player.frames - 1;
    if (frame > last)
      this.repaired([`“f=${frame}” is beyond the clip's last frame; frame ${last} is shown.`]);
    player.pause();
    player.seek(frame);
  }

  /** Names a network and a target of the link that are not there, and replaces them; once. */
  check(settings: Settings, used: ModelEntry, known: ModelEntry[]): void {
    if (this.#checked) return;
    this.#checked = true;
    const { model, target } = settings.state;
    const found: string[] = [];
    if (model !== "" && !known.some(({ id }) => id === model)) {
      found.push(`There is no network “${model.slice(0, 60)}” here; ${used.name} is used.`);
      settings.set({ model: "" });
    }
    const name = target.startsWith("class:") ? target.slice("class:".length) : null;
    if (name !== null && !used.classes.includes(name)) {
      found.push(`${used.name} has no class “${name.slice(0, 60)}”; the target is the least likely class.`);
      settings.set({ target: "least-likely" });
    }
    this.repaired(found);
  }

  /** Opens the link's own files. What is shown meanwhile is not the visitor's choice. */
  async own(work: () => Promise<void>): Promise<void> {
    this.#opening += 1;
    await this.#notices.together(work).finally(() => {
      this.#opening -= 1;
    });
  }

  /** Opens them once more: what was said before is over. */
  again(work: () => Promise<void>): void {
    this.#notices.dismiss();
    void this.own(work);
  }

  /** Takes the clip's file out of the address: the visitor has chosen another clip. */
  leaveClip(settings: Settings): void {
    if (!this.files.clip || this.#opening > 0) return;
    const { clip: _, ...rest } = this.files;
    this.files = rest;
    settings.leaveFile("clip");
  }

  /** Adds sentences to those of this link, and shows all. */
  repaired(sentences: string[]): void {
    if (sentences.length === 0) return;
    this.#repairs.push(...sentences);
    const count = this.#repairs.length;
    const title =
      count === 1 ? "One value in this link is not used." : `${count} values in this link are not used.`;
    const more = count > SHOWN ? ` And ${count - SHOWN} more.` : "";
    this.#notices.inform(title, `${this.#repairs.slice(0, SHOWN).join(" ")}${more}`, []);
    this.#notices.announce(`${title} ${this.#repairs.join(" ")}`);
  }
}

/** What opening an address needs of the playground. */
interface Target {
  readonly link: Link;
  transfer: Transfer | null;
  addFiles(files: File[]): Promise<void>;
  report(title: string, thrown: unknown, actions: Notice["actions"], kept?: string): void;
  announce(words: string): void;
  changed(): void;
  changedSoon(): void;
}

/** Downloads a file with progress, and opens it as if the visitor had dropped it. */
export async function openAddress(target: Target, what: keyof Linked, written: string): Promise<void> {
  const stop = new AbortController();
  let file: File;
  try {
    const address = fileAddress(written, document.baseURI);
    const words = `Downloading ${nameOf(address)} from ${address.host || "this browser"}`;
    const transfer: Transfer = { words, unit: "bytes", done: 0, total: 0, cancel: () => stop.abort() };
    target.transfer = transfer;
    target.announce(words);
    target.changed();
    const progress = (done: number, total: number) => {
      Object.assign(transfer, { done, total });
      target.changedSoon();
    };
    file = await fetchFile(address, progress, stop.signal);
  } catch (thrown) {
    target.transfer = null;
    target.changed();
    if (stop.signal.aborted) return target.announce("Download cancelled");
    const open = () => openAddress(target, what, written);
    const title = what === "clip" ? "The link's clip did not open." : "The link's network did not open.";
    return target.report(title, asFailure(thrown), [
      { label: "Try again", run: () => target.link.again(open) },
    ]);
  }
  target.transfer = null;
  await target.addFiles([file]);
  target.changed();
}

/** A sentence for each name in a link that this page does not have. */
export function unknownNames(state: Readonly<State>, library: Library, layout: LayoutInfo | null): string[] {
  const found: string[] = [];
  if (state.clip && !library.find(state.clip))
    found.push(`The gallery has no clip “${state.clip.slice(0, 60)}”; another one is shown.`);
  const region = layout?.regions.find(({ id }) => id === state.region);
  if (layout && !region && state.region !== "picked")
    found.push(
      `There is no region “${state.region.slice(0, 60)}” here; ${layout.regions[0]?.id ?? "none"} is used.`,
    );
  const beyond = (state.joints ?? []).filter((joint) => layout && joint >= layout.joints.length);
  if (beyond.length > 0) found.push(`This skeleton has no joints ${beyond.join(", ")}; they are left out.`);
  if (layout && state.epsilons && state.epsilons.length !== layout.joints.length)
    found.push(
      `“epss” has ${state.epsilons.length} numbers for ${layout.joints.length} joints; the usual ones are used.`,
    );
  return found;
}
