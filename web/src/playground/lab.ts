import { Cameras } from "../lab/cameras.ts";
import { Lab } from "../lab/lab.ts";
import type { Ground } from "../lab/sweeps.ts";
import { PlaygroundCameras } from "./cameras-host.ts";
import { PlaygroundHost } from "./lab-host.ts";
import type { Playground } from "./playground.ts";

/** Detail of the playground's "lab-done" event. */
export interface LabEnd {
  reason: "complete" | "cancelled" | "failed";
  rows: Lab["results"];
  settings: Lab["settings"];
}

/** Creates a Lab that follows a playground's clips, network and address, and claims its engine while a sweep runs. */
export function connectLab(playground: Playground): Lab {
  const host = new PlaygroundHost(playground);
  const lab = new Lab(host);
  const cameras = new Cameras(new PlaygroundCameras(playground, host));
  lab.cameras = cameras;
  let seen: unknown[] = [];
  const follow = () => {
    const { sweep } = playground.state;
    if (sweep !== lab.settings.sweep) lab.set({ sweep, epsilons: null });
    const ground = groundOf(playground) ?? lab.ground;
    const { models, opened } = playground.engine;
    const { attacking, library } = playground;
    const now = [library.entries, ground?.model, models, opened.length, attacking, host.loading];
    if (now.every((one, i) => one === seen[i])) return;
    seen = now;
    lab.survey(library.entries, ground);
  };
  let claimed: Playground["claim"] = null;
  const claim = () => {
    const running = lab.status === "running";
    if (running === (claimed !== null)) return;
    claimed = running ? { words: "The Lab is computing.", pause: () => lab.pause() } : null;
    playground.claim = claimed;
    playground.changed();
    // Recognition of a clip of another skeleton was postponed.
    if (!running) void playground.recognise();
  };
  const done = () => {
    const reason = lab.status === "failed" ? "failed" : lab.open === 0 ? "complete" : "cancelled";
    const { results: rows, settings } = lab;
    playground.dispatchEvent(new CustomEvent<LabEnd>("lab-done", { detail: { reason, rows, settings } }));
    const words = { complete: "is complete", cancelled: "was cancelled", failed: "stopped" };
    playground.announce(
      `The sweep ${words[reason]}: ${rows.length} of ${lab.plan.tasks.length} rows are computed.`,
    );
    // Takes over what changed while the sweep ran.
    seen = [];
    follow();
  };
  // The obstacles of the two differ when either begins or ends.
  cameras.addEventListener("change", () => lab.dispatchEvent(new Event("change")));
  playground.addEventListener("change", follow);
  lab.addEventListener("change", claim);
  lab.addEventListener("done", done);
  follow();
  return lab;
}

/** The loaded network, its layout and the other networks for that layout; null while no network is ready. */
function groundOf({ engine, layouts, library }: Playground): Ground | null {
  const { model, status } = engine.state;
  const layout = layouts.find((one) => one.id === model?.layout);
  if (!model || !layout || status !== "ready" || engine.loading) return null;
  const others = engine.fits(model.layout).filter((one) => one.id !== model.id);
  return { layout, model, others, natural: library.natural(model.layout) };
}
