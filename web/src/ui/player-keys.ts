import type { Player } from "../playground/player.ts";

/** Runs the player's key of an event on a canvas, if it has one; the viewer handles those of the camera. */
export function playerKey(event: KeyboardEvent, player: Player): void {
  const actions: Record<string, () => void> = {
    " ": () => player.toggle(),
    ",": () => player.stepBy(-1),
    ".": () => player.stepBy(1),
  };
  const action = actions[event.key];
  if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  action();
}
