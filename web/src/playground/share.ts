import { attackCommand, type CommandInput } from "../attack/command.ts";
import { asset } from "../base/assets.ts";
import { addressOf } from "../base/origin.ts";
import { escaped } from "../base/svg.ts";
import { fileStem } from "../files/exports.ts";
import { viewpoint } from "../settings/codec.ts";
import { FRAME_KEY, VIEWPOINT_KEY } from "../settings/table.ts";
import type { Playground } from "./playground.ts";

/** A text to copy, and a sentence about what it leaves out, if it does. */
export interface Shared {
  text: string;
  remark?: string;
}

interface Files {
  clip?: string;
  weights?: string;
  remark?: string;
}

/** The addresses of the clip on the stage and of its network, as far as they have any. */
function filesOf({ clip, library, state, engine, weights }: Playground): Files {
  const source = library.sources.get(clip?.id ?? "")?.file;
  const [clipAddress, weightsAddress] = [addressOf(source), weights.addresses.get(state.model)];
  const own: string[] = [];
  if (clip?.origin === "file" && !portable(clipAddress)) own.push(`the clip “${clip.name}”`);
  const opened = engine.opened.find(({ id }) => id === state.model);
  if (opened && !portable(weightsAddress)) own.push(`the network “${opened.name}”`);
  return {
    ...(clipAddress && portable(clipAddress) ? { clip: clipAddress } : {}),
    ...(weightsAddress && portable(weightsAddress) ? { weights: weightsAddress } : {}),
    ...(own.length > 0
      ? { remark: `It leaves out ${own.join(" and ")}: your files are on this computer only.` }
      : {}),
  };
}

/** Does an address exist on other computers? */
const portable = (address: string | undefined) => address !== undefined && !address.startsWith("blob:");

/** The settings, the frame and the camera as `key=value&...`. */
function settingsOf({ settings, player, easel }: Playground): string {
  const frame = Math.round(player.frame);
  const look = easel?.viewpoint();
  const parts = [
    settings.address,
    !player.playing && frame > 0 ? `${FRAME_KEY}=${frame}` : "",
    look ? `${VIEWPOINT_KEY}=${viewpoint.encode(look)}` : "",
  ];
  return parts.filter(Boolean).join("&");
}

/** A link to this page that shows the same clip, network, settings, view and frame. */
export function linkOf(playground: Playground, page: string): Shared {
  const { clip, weights, remark } = filesOf(playground);
  const address = new URL(page);
  for (const [key, value] of Object.entries({ clip, weights })) {
    if (value) address.searchParams.set(key, value);
    else address.searchParams.delete(key);
  }
  address.hash = settingsOf(playground);
  return { text: address.href, ...(remark ? { remark } : {}) };
}

/** HTML that shows the same in another page. */
export function embedOf(playground: Playground): Shared {
  const { clip, weights, remark } = filesOf(playground);
  const attributes = { settings: settingsOf(playground), "clip-url": clip, "weights-url": weights };
  const written = Object.entries(attributes).flatMap(([name, value]) =>
    value ? [`${name}="${escaped(value)}"`] : [],
  );
  const text =
    `<script type="module" src="${asset("ciasa-playground.js").href}"></script>\n` +
    `<${["ciasa-playground", ...written].join(" ")}></ciasa-playground>`;
  return { text, ...(remark ? { remark } : {}) };
}

/** The command that runs the same attack in a terminal; null (with a notice) if the settings are incomplete. */
export function commandOf(playground: Playground): Shared | null {
  const { clip, attack, library, model, weights } = playground;
  const config = attack?.config ?? playground.config();
  if (!config || !clip || !model) return null;
  const source = library.sources.get(clip.id);
  const file = library.find(clip.id)?.file;
  const made = `${fileStem({ clip, attack: null })}.json`;
  const names = weights.names.get(model.id);
  const input: CommandInput = {
    clip: file ? `web/public/clips/${file}` : (source?.file.name ?? made),
    ...(source?.unit ? { unit: source.unit } : {}),
    network: names ? { weights: names } : { model: model.id },
  };
  const remark = file || source ? undefined : `Save the clip first, as ${made}: it has no file yet.`;
  return { text: attackCommand(input, config), ...(remark ? { remark } : {}) };
}

/** The paper and the playground, for a bibliography. `page`: the playground's address. */
export function citations(page: string): Shared {
  return {
    text: `@article{liu2022adversarial,
  author  = {Liu, Jian and Akhtar, Naveed and Mian, Ajmal},
  title   = {Adversarial Attack on Skeleton-Based Human Action Recognition},
  journal = {IEEE Transactions on Neural Networks and Learning Systems},
  volume  = {33},
  number  = {4},
  pages   = {1609--1622},
  year    = {2022},
  doi     = {10.1109/TNNLS.2020.3043002},
  eprint  = {1909.06500},
  archivePrefix = {arXiv}
}

@software{ciasa_playground,
  author = {{The authors of the CIASA playground}},
  title  = {{CIASA} playground: constrained attacks on skeleton-based action recognition in the browser},
  url    = {${page}}
}`,
  };
}
