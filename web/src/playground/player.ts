/**
 * The clock that every view follows: which frame is shown, and whether it runs. Says "frame" when the frame moves and
 * "change" when anything else does.
 */
export class Player extends EventTarget {
  #frames = 1;
  #fps = 30;
  #frame = 0;
  #speed = 1;
  #request = 0;
  #last = 0;

  /** The frame shown, from 0 to frames - 1; between two frames while playing. */
  get frame(): number {
    return this.#frame;
  }

  get frames(): number {
    return this.#frames;
  }

  get fps(): number {
    return this.#fps;
  }

  get playing(): boolean {
    return this.#request !== 0;
  }

  set speed(speed: number) {
    this.#speed = speed;
  }

  /** Takes a new clip's length, from its start. */
  load(frames: number, fps: number): void {
    this.#frames = Math.max(1, frames);
    this.#fps = fps;
    this.seek(0);
    this.dispatchEvent(new Event("change"));
  }

  seek(frame: number): void {
    this.#frame = Math.min(Math.max(0, frame), this.#frames - 1);
    this.dispatchEvent(new Event("frame"));
  }

  /** Stops and moves by whole frames. */
  stepBy(frames: number): void {
    this.pause();
    const count = this.#frames;
    this.seek((((Math.round(this.#frame) + frames) % count) + count) % count);
  }

  play(): void {
    if (this.playing || this.#frames < 2) return;
    this.#last = performance.now();
    this.#request = requestAnimationFrame(this.#tick);
    this.dispatchEvent(new Event("change"));
  }

  pause(): void {
    if (!this.playing) return;
    cancelAnimationFrame(this.#request);
    this.#request = 0;
    this.dispatchEvent(new Event("change"));
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  #tick = (now: number): void => {
    // A page that slept does not catch up with what it missed.
    const elapsed = Math.min(now - this.#last, 100) / 1000;
    this.#last = now;
    const last = this.#frames - 1;
    const next = this.#frame + elapsed * this.#fps * this.#speed;
    this.seek(next > last ? next % last : next);
    this.#request = requestAnimationFrame(this.#tick);
  };
}
