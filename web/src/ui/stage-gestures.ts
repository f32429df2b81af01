import type { Session } from "../session.ts";
import type { Viewer } from "../viewer/viewer.ts";

interface Hooks {
  moved(): void;
  picked(joint: number): void;
  picking(): boolean;
}

/** A press that moves less than this is a click, in CSS pixels. */
const CLICK = 5;

/** Mouse, touch and keys on the stage: one finger or the left button turns, two fingers or shift move and zoom. */
export class StageGestures {
  readonly #pointers = new Map<number, { x: number; y: number }>();
  #travelled = 0;
  readonly #stop = new AbortController();

  constructor(
    readonly canvas: HTMLCanvasElement,
    readonly viewer: Viewer,
    readonly session: Session,
    readonly hooks: Hooks,
  ) {
    const { signal } = this.#stop;
    canvas.addEventListener("pointerdown", this.#down, { signal });
    canvas.addEventListener("pointermove", this.#move, { signal });
    canvas.addEventListener("pointerup", this.#up, { signal });
    canvas.addEventListener("pointercancel", this.#up, { signal });
    canvas.addEventListener("wheel", this.#wheel, { signal, passive: false });
    canvas.addEventListener("keydown", this.#key, { signal });
    canvas.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
  }

  disconnect(): void {
    this.#stop.abort();
  }

  #down = (event: PointerEvent): void => {
    this.canvas.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.#pointers.size === 1) this.#travelled = 0;
  };

  #move = (event: PointerEvent): void => {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const [dx, dy] = [now.x - before.x, now.y - before.y];
    this.#travelled += Math.hypot(dx, dy);
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.#pointers.set(event.pointerId, now);
    if (other) {
      const spread = Math.hypot(before.x - other.x, before.y - other.y);
      if (spread > 0) this.viewer.zoom(Math.hypot(now.x - other.x, now.y - other.y) / spread);
      this.viewer.pan(dx / 2, dy / 2);
    } else if (event.shiftKey || event.buttons === 2 || event.buttons === 4) {
      this.viewer.pan(dx, dy);
    } else {
      this.viewer.orbit(dx, dy);
    }
    this.hooks.moved();
  };

  #up = (event: PointerEvent): void => {
    const known = this.#pointers.delete(event.pointerId);
    if (!known || event.type !== "pointerup" || this.#travelled > CLICK || !this.hooks.picking()) return;
    const box = this.canvas.getBoundingClientRect();
    const joint = this.viewer.pick(event.clientX - box.left, event.clientY - box.top);
    if (joint !== null && joint !== undefined) this.hooks.picked(joint);
  };

  /** The wheel zooms once the stage has the focus; before that it scrolls the page, as a reader expects. */
  #wheel = (event: WheelEvent): void => {
    const focused = (this.canvas.getRootNode() as ShadowRoot).activeElement === this.canvas;
    if (!focused && !event.ctrlKey) return;
    event.preventDefault();
    this.viewer.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)));
    this.hooks.moved();
  };

  #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { viewer, session } = this;
    const turn = (x: number, y: number) => (event.shiftKey ? viewer.pan(x, y) : viewer.orbit(x, y));
    const actions: Record<string, () => void> = {
      ArrowLeft: () => turn(-24, 0),
      ArrowRight: () => turn(24, 0),
      ArrowUp: () => turn(0, -24),
      ArrowDown: () => turn(0, 24),
      "+": () => viewer.zoom(1.15),
      "=": () => viewer.zoom(1.15),
      "-": () => viewer.zoom(1 / 1.15),
      "0": () => viewer.resetCamera(),
      " ": () => session.player.toggle(),
      ",": () => session.player.stepBy(-1),
      ".": () => session.player.stepBy(1),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
    this.hooks.moved();
    session.say(viewer.describeCamera());
  };
}
