import type { ActiveAttack } from "../attack/active-attack.ts";
import type { Caption } from "./pictures.ts";

/** Who sees what, for a picture's caption; `seen`: the network's answer to the clean clip and its classes. */
export function captionOf(
  name: string,
  seen: { index: number; p: number } | undefined,
  classes: readonly string[],
  attack: ActiveAttack | null,
): Caption {
  const words = (one: { index: number; p: number }, of: readonly string[]) =>
    `${of[one.index] ?? "?"} ${Math.round(one.p * 100)} %`;
  const [first] = attack?.data ? (attack.after ?? []) : [];
  return {
    clean: seen ? `clean: ${words(seen, classes)}` : name,
    attacked: first && attack ? `attacked: ${words(first, attack.classes)}` : null,
  };
}
