import type { Clip } from "../base/clip.ts";
import type { LayoutInfo } from "../core/layout.ts";

/** An SVG of one person's bones, seen from the front, in the frame nearest the clip's middle that shows someone. */
export function thumbnail(clip: Clip, layout: LayoutInfo): string {
  const joints = layout.joints.length;
  const channels = layout.dims + (layout.confidence ? 1 : 0);
  const person = joints * channels;
  const rows = clip.frames * clip.people;
  const middle = Math.floor(clip.frames / 2) * clip.people;
  for (let step = 0; step < rows; step += 1) {
    const at = ((middle + step) % rows) * person;
    const row = clip.data.subarray(at, at + person);
    if (row.every((value) => value === 0)) continue;
    const seen = (j: number) => !layout.confidence || (row[j * channels + layout.dims] ?? 0) > 0;
    // In picture coordinates, y already points down.
    const up = layout.dims === 2 ? 1 : -1;
    const point = (j: number) => [row[j * channels] ?? 0, up * (row[j * channels + 1] ?? 0)] as const;
    const shown = layout.joints.map((_, j) => j).filter(seen);
    const xs = shown.map((j) => point(j)[0]);
    const ys = shown.map((j) => point(j)[1]);
    const size = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys), 1e-3) * 1.15;
    const [cx, cy] = [(Math.max(...xs) + Math.min(...xs)) / 2, (Math.max(...ys) + Math.min(...ys)) / 2];
    const place = (j: number) => {
      const [x, y] = point(j);
      return `${(((x - cx) / size + 0.5) * 100).toFixed(1)} ${(((y - cy) / size + 0.5) * 100).toFixed(1)}`;
    };
    const bones = shown
      .filter((j) => layout.parents[j] !== j && seen(layout.parents[j] ?? j))
      .map((j) => `M${place(layout.parents[j] ?? j)}L${place(j)}`)
      .join("");
    const style = 'fill="none" stroke="#000" stroke-width="4" stroke-linecap="round"';
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><path d="${bones}" ${style}/></svg>`;
  }
  return "";
}
