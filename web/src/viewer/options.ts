/** How the viewer draws the clips. */
export interface ViewOptions {
  /** Both clips overlaid, side by side, or a film strip of the clip's poses. */
  view: "overlay" | "side" | "film";
  /** Factor on the difference between the clips; 1 shows the perturbed clip as it is. */
  magnify: number;
  /** Draws the recent path of the most displaced joints. */
  trails: boolean;
  /** Joints of the attack region, drawn with rings; null: all joints, no rings. */
  region: number[] | null;
  showClean: boolean;
  showPerturbed: boolean;
  /** Is the page's background dark? */
  dark: boolean;
  /** Draws all joints as handles. */
  picking: boolean;
}
