/** The calls of the package `gifenc` that we use; it has no types of its own. */
declare module "gifenc" {
  /** Red, green, blue, 0 to 255 each. */
  type Palette = [number, number, number][];

  export function quantize(rgba: Uint8ClampedArray, colours: number): Palette;
  export function applyPalette(rgba: Uint8ClampedArray, palette: Palette): Uint8Array;
  /** `delay`: milliseconds, written in hundredths of a second. */
  export function GIFEncoder(): {
    writeFrame(
      indices: Uint8Array,
      width: number,
      height: number,
      options: { palette: Palette; delay: number },
    ): void;
    finish(): void;
    bytes(): Uint8Array<ArrayBuffer>;
  };
}
