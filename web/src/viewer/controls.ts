import type { Cameras } from "./cameras.ts";
import type { Viewer } from "./viewer.ts";

/** A press that travels less than this many CSS pixels is a click. */
const CLICK = 5;
/** An arrow key acts like a drag by this many CSS pixels. */
const KEY_STEP = 24;
const KEY_ZOOM = 1.15;

interface Point {
  x: number;
  y: number;
}

/**
 * Mouse, touch and keyboard on a viewer's canvas.
 *
 * One finger or the left button turns; two fingers, the right button or shift pan; pinch and wheel zoom; arrow keys
 * turn (with shift: pan), plus and minus zoom, 0 resets the camera. A vertical swipe of one finger scrolls the page
 * (`touch-action: pan-y`), so that a phone can always leave the canvas; the wheel zooms only with ctrl or while the
 * canvas has the focus.
 *
 * Fires "camera" after every change of the camera (draw then) and "pick" (`CustomEvent<number | null>`, the joint)
 * after a click or tap without a drag.
 */
export class Controls extends EventTarget {
  readonly #canvas: HTMLCanvasElement;
  readonly #viewer: Viewer;
  readonly #camera: Viewer | Cameras;
  readonly #stop = new AbortController();
  readonly #pointers = new Map<number, Point>();
  #travelled = 0;

  /** `camera`: what is moved, if it is more than this viewer's. */
  constructor(canvas: HTMLCanvasElement, viewer: Viewer, camera: Viewer | Cameras = viewer) {
    super();
    this.#canvas = canvas;
    this.#viewer = viewer;
    this.#camera = camera;
    canvas.style.touchAction = "pan-y";
    const { signal } = this.#stop;
    canvas.addEventListener("pointerdown", (event) => this.#down(event), { signal });
    canvas.addEventListener("pointermove", (event) => this.#move(event), { signal });
    canvas.addEventListener("pointerup", (event) => this.#up(event), { signal });
    canvas.addEventListener("pointercancel", (event) => this.#pointers.delete(event.pointerId), { signal });
    canvas.addEventListener("wheel", (event) => this.#wheel(event), { signal, passive: false });
    canvas.addEventListener("keydown", (event) => this.#key(event), { signal });
    canvas.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
  }

  /** Removes the listeners. */
  dispose(): void {
    this.#stop.abort();
  }

  #changed(): void {
    this.dispatchEvent(new Event("camera"));
  }

  #down(event: PointerEvent): void {
    this.#canvas.setPointerCapture(event.pointerId);
    if (this.#pointers.size === 0) this.#travelled = 0;
    // A pinch's second finger must not end as a tap.
    else this.#travelled = Number.POSITIVE_INFINITY;
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  }

  #move(event: PointerEvent): void {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const [dx, dy] = [now.x - before.x, now.y - before.y];
    if (dx === 0 && dy === 0) return;
    this.#pointers.set(event.pointerId, now);
    this.#travelled += Math.hypot(dx, dy);
    if (this.#travelled < CLICK) return;
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const spread = distance(before, other);
      if (spread > 0) this.#camera.zoom(distance(now, other) / spread);
      // The midpoint of two fingers moves half as far as one finger.
      this.#camera.pan(dx / 2, dy / 2);
    } else if (event.shiftKey || (event.buttons & 6) !== 0) {
      this.#camera.pan(dx, dy);
    } else {
      this.#camera.orbit(dx, dy);
    }
    this.#changed();
  }

  #up(event: PointerEvent): void {
    if (!this.#pointers.delete(event.pointerId) || this.#travelled >= CLICK || event.button !== 0) return;
    const box = this.#canvas.getBoundingClientRect();
    const detail = this.#viewer.pick(event.clientX - box.left, event.clientY - box.top);
    this.dispatchEvent(new CustomEvent<number | null>("pick", { detail }));
  }

  #wheel(event: WheelEvent): void {
    const root = this.#canvas.getRootNode() as Document | ShadowRoot;
    if (root.activeElement !== this.#canvas && !event.ctrlKey) return;
    event.preventDefault();
    // Firefox reports lines, other browsers pixels; a touchpad pinch arrives as small wheel steps with ctrl.
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 30 : event.deltaY;
    this.#camera.zoom(Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.0015)));
    this.#changed();
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const camera = this.#camera;
    const turn = (x: number, y: number) => (event.shiftKey ? camera.pan(x, y) : camera.orbit(x, y));
    switch (event.key) {
      case "ArrowLeft":
        turn(-KEY_STEP, 0);
        break;
      case "ArrowRight":
        turn(KEY_STEP, 0);
        break;
      case "ArrowUp":
        turn(0, -KEY_STEP);
        break;
      case "ArrowDown":
        turn(0, KEY_STEP);
        break;
      case "+":
      case "=":
        camera.zoom(KEY_ZOOM);
        break;
      case "-":
        camera.zoom(1 / KEY_ZOOM);
        break;
      case "0":
        camera.resetCamera();
        break;
      default:
        return;
    }
    event.preventDefault();
    this.#changed();
  }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
