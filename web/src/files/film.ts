/** A film: pictures painted one after the other. */
export interface Film {
  /** Pixels; odd numbers lose one, since encoders take even sizes. */
  width: number;
  height: number;
  /** Pictures a second, and how many there are. */
  fps: number;
  frames: number;
  /** Paints the whole picture of a frame, 0 to frames - 1. The canvas has no transparency. */
  paint(canvas: CanvasRenderingContext2D, frame: number): void;
}

export interface Video {
  bytes: Blob;
  /** The file's ending. */
  ending: "webm" | "mp4" | "gif";
}
