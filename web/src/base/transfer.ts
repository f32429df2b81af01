/** A download, or a reading of many clips, with a visible progress, that the visitor can cancel. */
export interface Transfer {
  words: string;
  /** What `done` and `total` count. */
  unit: "bytes" | "clips";
  done: number;
  /** 0 if unknown. */
  total: number;
  cancel(): void;
}
