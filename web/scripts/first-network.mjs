// What a visit without wishes shows first, for the page's first script: the gallery's first clip, and the network that
// reads it. The build knows it; a page would have to wait for both lists.
import { text } from "./tools.mjs";

/** Files of that network: `[{ file, bytes }]`. */
export function firstNetwork() {
  const [clip] = JSON.parse(text("web/public/clips/index.json"));
  const { models } = JSON.parse(text("models/manifest.json"));
  const model = models.find(({ layout }) => layout === clip.layout);
  if (!model) throw new Error(`models/manifest.json has no network for the gallery's first clip, ${clip.id}`);
  return model.weights.map(({ file, bytes }) => ({ file, bytes }));
}
