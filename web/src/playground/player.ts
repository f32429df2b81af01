/** The playback clock of every view. Fires "frame" when the frame changes, "change" when anything else does. */
export class Player extends EventTarget {
  #frames = 1;
  #fps = 30;
  #frame = 0;
  #speed = 1;
  #request = 0;
  #last = 0;
  #held = false;

  /** The current frame, 0 to frames - 1; fractional while playing. */
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

  /** Sets the length of a new clip and rewinds. */
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

  /** While held, as by a finger on the slider, a playing clip stands still; it goes on from there. */
  hold(on: boolean): void {
    this.#held = on;
  }

  /** Pauses and moves by whole frames, around the ends. */
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
    // After a long gap between two animation frames, playback continues where it was.
    const elapsed = Math.min(now - this.#last, 100) / 1000;
    this.#last = now;
    this.#request = requestAnimationFrame(this.#tick);
    if (this.#held) return;
    const last = this.#frames - 1;
    const next = this.#frame + elapsed * this.#fps * this.#speed;
    this.seek(next > last ? next % last : next);
  };
}
