import type { Clip } from "../base/clip.ts";
import type { Answer } from "../lab/cameras.ts";
import type { Playground } from "./playground.ts";

/** What the network sees in a clip. `target`: the index of a class whose probability is asked for, too. */
export async function answerOf(
  { engine, model }: Playground,
  clip: Clip,
  target: number | null,
): Promise<Answer> {
  const { top, probabilities } = await engine.recognise(clip);
  const [first] = top;
  return {
    label: (first && model?.classes[first.index]) ?? "",
    p: first?.p ?? 0,
    target: target === null ? null : (probabilities[target] ?? null),
  };
}
