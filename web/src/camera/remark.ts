import type { Pose } from "../pose/estimator.ts";

/** What keeps the camera from a good recording; the first that holds is said. */
export type Remark = "dark" | "nobody" | "several" | "hidden";

export const REMARKS: Record<Remark, string> = {
  dark: "The picture is dark. Switch on a light, or face the window.",
  nobody: "Nobody is found. Step back until your whole body is in the picture.",
  several: "Several people are in the picture. One of them is followed; the others should step aside.",
  hidden: "Parts of your body are hidden. Step back until head, hands and feet are in the picture.",
};

/** Mean brightness of a picture below which it is dark, of 255. */
const DARK = 40;
/** Mean visibility of shoulders, elbows, wrists, hips, knees and ankles below which a body is hidden. */
const HIDDEN = 0.5;
const MAJOR = [11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28];

/** The remark on a picture: its poses, its mean brightness (0 to 255), and whether several people are in it. */
export function remarkOn([first]: Pose[], light: number, several: boolean): Remark | null {
  if (!first) return light < DARK ? "dark" : "nobody";
  if (several) return "several";
  const visible = MAJOR.reduce((sum, joint) => sum + (first.picture[3 * joint + 2] ?? 0), 0) / MAJOR.length;
  if (visible >= HIDDEN) return null;
  return light < DARK ? "dark" : "hidden";
}
