import { asset } from "../base/assets.ts";
import { beginEarly } from "../base/early.ts";
import { savesData } from "../base/saves-data.ts";
import { GALLERY, gallery, shownFirst } from "../clips/gallery.ts";
import { coreAddress, coreModule } from "../core/module-address.ts";
import type { DeviceChoice } from "../core/types.ts";
import { bytesAt } from "../engine/download.ts";
import { beginEngine } from "../engine/early-worker.ts";
import { chosen } from "../engine/models.ts";
import { MANIFEST, manifest, weightsAddress } from "../engine/served.ts";

/** Weight files of the network that a visit without wishes loads, from the build. */
declare const FIRST_WEIGHTS: { file: string; bytes: number }[];

/**
 * Begins the downloads that the first element of the page will ask for, while its own code is still on the way: the
 * drawing module and the gallery's index; and, unless the engine waits for the visitor, the engine's module, with the
 * worker that runs it, and the weights of the first network. The element takes them over. A wrong guess costs a
 * download, nothing else: so nothing is guessed where a page has several elements, or a link brings its own clip.
 */
export async function askEarly(): Promise<void> {
  const [element, other] = document.querySelectorAll("ciasa-playground");
  if (!element || other) return;
  beginEarly(coreAddress, coreModule).catch(() => {});
  const listed = beginEarly(asset(GALLERY), gallery);
  if (element.hasAttribute("manual-engine") || savesData()) return;
  const wish = wishOf(element);
  beginEngine(wish.engine);
  const served = beginEarly(asset(MANIFEST), manifest);
  const wished = async () => {
    const entry = shownFirst(await listed, wish.clip);
    return (entry && chosen((await served).models, entry.layout, wish.model)?.weights) ?? [];
  };
  if (wish.linked) return;
  const plain = wish.clip === "" && wish.model === "";
  for (const { file, bytes } of plain ? FIRST_WEIGHTS : await wished()) {
    const address = weightsAddress(file);
    beginEarly(address, bytesAt(address, bytes)).catch(() => {});
  }
}

/** What attributes and link ask for; the element's settings have these names. */
function wishOf(element: Element) {
  const own = element.hasAttribute("sync-url");
  const settings = new URLSearchParams(
    own ? location.hash.slice(1) : (element.getAttribute("settings") ?? ""),
  );
  const value = (name: string) => element.getAttribute(name) ?? settings.get(name) ?? "";
  const search = own ? new URLSearchParams(location.search) : null;
  const engine = value("engine");
  return {
    clip: value("clip"),
    model: value("model"),
    engine: (engine === "cpu" || engine === "webgpu"
      ? engine
      : "auto") satisfies DeviceChoice as DeviceChoice,
    linked: element.hasAttribute("clip-url") || (search?.has("clip") ?? false),
  };
}
