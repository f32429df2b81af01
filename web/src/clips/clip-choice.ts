import { ClipFile } from "../core/clip-file.ts";

/** The visitor's file of many clips, from which clips are chosen. Fires "change". */
export class ClipChoice extends EventTarget {
  /** The file that is in memory. */
  file: ClipFile | null = null;
  /** Is its list shown? */
  shown = false;
  /** The place of the clip that was opened last. */
  last: number | null = null;

  /** Reads a file and drops the one before. Throws a CoreError if it holds no clips; then the one before stays. */
  async open(file: File, labels?: File): Promise<ClipFile> {
    const opened = await ClipFile.open(file, labels);
    this.close();
    this.file = opened;
    return opened;
  }

  /** Shows or hides the list. */
  show(shown: boolean): void {
    this.shown = shown && this.file !== null;
    this.dispatchEvent(new Event("change"));
  }

  /** Drops the file. */
  close(): void {
    this.file?.close();
    this.file = null;
    this.last = null;
    this.show(false);
  }
}
