/** Work with a visible progress that the visitor can cancel: a download, a recording. */
export interface Transfer {
  words: string;
  unit: "bytes" | "frames";
  /** What is done, and all of it; 0 if unknown. */
  done: number;
  total: number;
  cancel(): void;
}
