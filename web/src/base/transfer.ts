/** A download with a visible progress, in bytes, that the visitor can cancel. */
export interface Transfer {
  words: string;
  done: number;
  /** 0 if unknown. */
  total: number;
  cancel(): void;
}
