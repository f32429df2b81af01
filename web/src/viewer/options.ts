/** What the viewer shows and how. */
export interface ViewOptions {
  /** Both clips in one place, next to each other, or poses of the whole clip in rows. */
  view: "overlay" | "side" | "film";
  /** Factor on the difference between the clips; 1 shows what the network sees. */
  magnify: number;
  /** The recent path of the joints that moved most. */
  trails: boolean;
  /** Joints of the attack region, drawn with rings; null for all joints, without rings. */
  region: number[] | null;
  showClean: boolean;
  showPerturbed: boolean;
  /** Is the page's background dark? */
  dark: boolean;
  /** Draws all joints as handles. */
  picking: boolean;
}
