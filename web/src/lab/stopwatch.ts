/** Counts the seconds between `run` and `stop`, over several runs. */
export class Stopwatch {
  #before = 0;
  #since: number | null = null;

  get seconds(): number {
    return this.#before + (this.#since === null ? 0 : (performance.now() - this.#since) / 1000);
  }

  run(): void {
    this.#since ??= performance.now();
  }

  stop(): void {
    this.#before = this.seconds;
    this.#since = null;
  }
}
