import type { Session } from "../session.ts";
import { Lab } from "./lab.ts";
import { SessionBench } from "./session-bench.ts";
import type { Ground } from "./sweeps.ts";

/** What a finished or stopped sweep tells the page around the element. */
export interface LabEnd {
  reason: "complete" | "cancelled" | "failed";
  rows: Lab["results"];
  settings: Lab["settings"];
}

/** A Lab that follows a session: its clips, its network, its address; and that holds the session's engine while it runs. */
export function labOf(session: Session): Lab {
  const bench = new SessionBench(session);
  const lab = new Lab(bench);
  let seen: unknown[] = [];
  const follow = () => {
    const { sweep } = session.state;
    if (sweep !== lab.settings.sweep) lab.set({ sweep, epsilons: null });
    const ground = groundOf(session) ?? lab.ground;
    const { models, opened } = session.engine;
    const { attacking, library } = session;
    const now = [library.entries, ground?.model, models, opened.length, attacking, bench.loading];
    if (now.every((one, i) => one === seen[i])) return;
    seen = now;
    lab.survey(library.entries, ground);
  };
  const claim = () => {
    const running = lab.status === "running";
    if (running === (session.claim !== null)) return;
    session.claim = running ? { words: "The Lab is computing.", hold: () => lab.pause() } : null;
    session.changed();
    // A clip of another skeleton may have waited for its network.
    if (!running) void session.recognise();
  };
  const done = () => {
    const reason = lab.status === "failed" ? "failed" : lab.open === 0 ? "complete" : "cancelled";
    const { results: rows, settings } = lab;
    session.dispatchEvent(new CustomEvent<LabEnd>("lab-done", { detail: { reason, rows, settings } }));
    const words = { complete: "is complete", cancelled: "was cancelled", failed: "stopped" };
    session.say(`The sweep ${words[reason]}: ${rows.length} of ${lab.plan.tasks.length} rows are there.`);
    // What was held back while the sweep ran.
    seen = [];
    follow();
  };
  session.addEventListener("change", follow);
  lab.addEventListener("change", claim);
  lab.addEventListener("done", done);
  follow();
  return lab;
}

/** The loaded network, its layout, and the other networks for that layout. null while none is ready or another is on its way. */
function groundOf({ engine, layouts, library }: Session): Ground | null {
  const { model, status } = engine.state;
  const layout = layouts.find((one) => one.id === model?.layout);
  if (!model || !layout || status !== "ready" || engine.loading) return null;
  const others = engine.fits(model.layout).filter((one) => one.id !== model.id);
  return { layout, model, others, natural: library.natural(model.layout) };
}
