import type { Clip, LayoutId } from "../base/clip.ts";
import { asFailure, type Failure } from "../base/failure.ts";
import type { Pose, PoseEstimator } from "../pose/estimator.ts";
import { Company } from "./company.ts";
import type { CameraHost, Stage } from "./host.ts";
import { CAMERA_LAYOUTS } from "./layouts.ts";
import { Live, type LiveAnswer, liveConfig } from "./live.ts";
import { LightMeter, openCamera, pictureOf, videoElement } from "./picture.ts";
import { Poses } from "./poses.ts";
import { Recorder } from "./recorder.ts";
import { type Remark, remarkOn } from "./remark.ts";
import { readVideo } from "./video-file.ts";

const COUNTDOWN_SECONDS = 3;
/** The live answer is about so many seconds. */
const WINDOW_SECONDS = 2.5;
/** Of the smoothing, at first; a standard deviation. */
const SMOOTH_SECONDS = 0.06;
const IDLE_MS = 30;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** The camera, or a video file, on its way to a clip. Fires "change". It ends with `close`. */
export class CameraSession extends EventTarget {
  stage: Stage = "asking";
  /** Why it failed, and what did. */
  failure: { title: string; cause: Failure } | null = null;
  /** Of the loading in bytes, of the reading in pictures; the total is 0 while it is unknown. */
  progress = { done: 0, total: 0 };
  remark: Remark | null = null;
  layout: LayoutId = CAMERA_LAYOUTS[0];
  /** Of the recording, 3 to 10. */
  seconds = 4;
  /** Does the visitor keep the video? */
  keep = false;
  attacking = false;
  answer: LiveAnswer | null = null;
  /** Why there is no live answer. */
  trouble: string | null = null;
  /** Seconds left of the countdown or the recording. */
  left = 0;
  /** Pictures a second that the estimator takes. */
  rate = 0;
  /** The people in the latest picture. */
  people: Pose[] = [];
  /** The camera's picture. */
  readonly video = videoElement();
  /** Beginning and end of the clip within the recording, seconds from its start. */
  trim = { start: 0, end: 0 };
  /** Length of the recording in seconds. */
  length = 0;
  smooth = SMOOTH_SECONDS;
  /** The trimmed clip. */
  clip: Clip | null = null;
  /** The video, if the visitor keeps it. */
  kept: Blob | null = null;
  name = "Camera";
  readonly #host: CameraHost;
  readonly #file: File | null;
  readonly #light = new LightMeter();
  readonly #live: Live;
  readonly #closed = new AbortController();
  /** Cancels loading or reading. */
  #stop = new AbortController();
  #stream: MediaStream | null = null;
  #estimator: PoseEstimator | null = null;
  #company: Company | null = null;
  #window: Poses | null = null;
  /** End of the window that the network was asked about last. */
  #asked = 0;
  #recorded: Poses | null = null;
  #recorder: Recorder | null = null;
  /** Number of the latest start; loops of an earlier one end. */
  #turn = 0;

  /** `file`: a video to read in place of the camera. */
  constructor(host: CameraHost, file: File | null) {
    super();
    this.#host = host;
    this.#file = file;
    this.#live = new Live(host.engine);
  }

  get isFile(): boolean {
    return this.#file !== null;
  }

  /** Asks for the camera, loads what is needed and begins; with a file, reads it. Also after a failure. */
  async start(): Promise<void> {
    this.#stop = new AbortController();
    this.failure = null;
    this.progress = { done: 0, total: 0 };
    this.#goTo("loading");
    let title = this.#file ? `“${this.#file.name}” was not read.` : "There is no picture of a camera.";
    try {
      if (!this.#file) await this.#begin();
      title = "The pose estimator did not load.";
      this.#estimator ??= await this.#host.estimator({
        signal: this.#stop.signal,
        progress: (done, total) => this.#progressed(done, total),
      });
      if (this.#closed.signal.aborted) return this.#release();
      if (this.#file) {
        title = `“${this.#file.name}” was not read.`;
        await this.#read(this.#file, this.#estimator);
      } else {
        this.#turn += 1;
        this.#goTo("live");
        void this.#watch(this.#turn);
        void this.#ask(this.#turn);
      }
    } catch (thrown) {
      this.#fail(title, thrown);
    }
  }

  /** Cancels loading or reading; the camera's preview stays where there is one. */
  cancel(): void {
    this.#stop.abort();
    this.#recorder?.drop();
    this.#recorder = null;
    if (this.stage !== "loading" && !this.#file) this.#goTo("live");
  }

  /** Counts down and records. */
  async record(): Promise<void> {
    if (this.stage !== "live" || !this.#stream) return;
    this.#goTo("countdown");
    this.#host.announce(`Recording starts in ${COUNTDOWN_SECONDS} seconds`);
    if (!(await this.#count(COUNTDOWN_SECONDS, "countdown"))) return;
    // The camera may have stopped meanwhile.
    if (!this.#stream) return;
    const recorder = new Recorder(this.video, this.#stream, this.keep);
    this.#recorder = recorder;
    this.#recorded = new Poses(this.video.videoWidth / this.video.videoHeight);
    this.#goTo("recording");
    this.#host.announce("Recording");
    if (!(await this.#count(this.seconds, "recording"))) return recorder.drop();
    this.kept = await recorder.stop();
    this.progress = { done: 0, total: recorder.waiting };
    if (recorder === this.#recorder) this.#goTo("reading");
  }

  /** Sets where the clip begins and ends, how smooth it is, and its layout. */
  shape(patch: Partial<{ start: number; end: number; smooth: number; layout: LayoutId }>): void {
    const {
      start = this.trim.start,
      end = this.trim.end,
      smooth = this.smooth,
      layout = this.layout,
    } = patch;
    this.trim = { start: Math.max(0, start), end: Math.min(this.length, end) };
    this.smooth = smooth;
    if (layout !== this.layout) {
      this.layout = layout;
      this.answer = null;
      this.#live.restart();
    }
    this.#cut();
    this.changed();
  }

  /** Switches the live attack. */
  attack(on: boolean): void {
    this.attacking = on;
    this.#live.restart();
    this.changed();
  }

  /** Back from the trimmed clip to the camera. */
  again(): void {
    this.clip = this.kept = null;
    this.#recorded = null;
    this.#goTo("live");
  }

  /** Ends camera, estimator and everything that waits. */
  close(): void {
    this.#closed.abort();
    this.#stop.abort();
    this.#release();
  }

  changed(): void {
    this.dispatchEvent(new Event("change"));
  }

  async #begin(): Promise<void> {
    if (this.#stream) return;
    const stream = await openCamera(this.#stop.signal);
    this.#stream = stream;
    for (const track of stream.getVideoTracks())
      track.addEventListener("ended", () => {
        if (!this.#closed.signal.aborted && this.stage !== "trimming")
          this.#fail("The camera stopped.", { kind: "camera", message: "Connect it again, and try again." });
      });
    this.video.srcObject = stream;
    await this.video.play();
  }

  /** Looks at picture after picture, the recorder's first. */
  async #watch(turn: number): Promise<void> {
    try {
      while (this.#lasts(turn)) await this.#look();
    } catch (thrown) {
      if (this.#lasts(turn)) this.#fail("The pose estimator stopped.", thrown);
    }
  }

  #lasts(turn: number): boolean {
    return turn === this.#turn && !this.#closed.signal.aborted && this.stage !== "failed";
  }

  async #look(): Promise<void> {
    const recorder = this.#recorder;
    const next = recorder?.next();
    if (recorder && !next && this.stage === "reading") return this.#readAll();
    const previewing = this.stage === "live" || this.stage === "countdown";
    const picture = next?.picture ?? (previewing ? await pictureOf(this.video) : null);
    if (!picture || !this.#estimator) return pause(IDLE_MS);
    const time = next?.time ?? performance.now() / 1000;
    const light = this.#light.of(picture);
    this.#company ??= new Company((people) => this.#host.estimator({ people }));
    void this.#company.look(picture, time);
    const start = performance.now();
    const people = await this.#estimator.detect(picture, time * 1000);
    const took = (performance.now() - start) / 1000;
    this.rate = this.rate === 0 ? 1 / took : 1 / (0.8 / this.rate + 0.2 * took);
    this.people = people;
    this.remark = remarkOn(people, light, this.#company?.several ?? false);
    if (next) {
      if (recorder === this.#recorder) this.#recorded?.add(time, people);
      const { done, total } = this.progress;
      if (this.stage === "reading") this.progress = { done: Math.min(done + 1, total), total };
    } else {
      this.#window ??= new Poses(this.video.videoWidth / this.video.videoHeight);
      this.#window.add(time, people);
      this.#window.forget(time - WINDOW_SECONDS - 0.5);
    }
    this.changed();
  }

  /** Asks the network about the last seconds, as long as the camera runs. */
  async #ask(turn: number): Promise<void> {
    this.#host.needEngine();
    while (this.#lasts(turn)) {
      const asked = this.layout;
      try {
        const info = this.#host.layouts.find(({ id }) => id === asked);
        const ready = this.stage === "live" && (await this.#prepared(asked));
        const recent = ready ? this.#recent() : null;
        if (!recent || !info) {
          await pause(4 * IDLE_MS);
          continue;
        }
        const answer = await this.#live.answer(
          recent.clip,
          recent.time,
          this.attacking ? liveConfig(info) : null,
        );
        // The visitor may have chosen another layout meanwhile.
        if (asked === this.layout) this.answer = answer;
        this.trouble = null;
      } catch (thrown) {
        this.answer = null;
        this.trouble = asFailure(thrown).message;
        await pause(1000);
      }
      this.changed();
    }
  }

  /** Is a network for the layout loaded? Loads it if not. */
  async #prepared(layout: LayoutId): Promise<boolean> {
    const { engine, wantedModel } = this.#host;
    if (engine.state.status === "failed") throw asFailure(engine.state.error ?? "The engine stopped.");
    if (engine.state.status !== "ready") return false;
    await engine.prepareFor(layout, wantedModel);
    return engine.state.model?.layout === layout && engine.loading === null;
  }

  /** The last seconds as a clip, and when they begin; null if nobody is in them, or no picture is new. */
  #recent(): { clip: Clip; time: number } | null {
    const window = this.#window;
    if (!window || window.end === this.#asked || window.end - window.start < WINDOW_SECONDS / 2) return null;
    this.#asked = window.end;
    const time = Math.max(window.end - WINDOW_SECONDS, window.start);
    if (!window.counts(window.end - WINDOW_SECONDS / 4).some((count) => count > 0)) {
      this.answer = null;
      return null;
    }
    return { clip: window.clip(this.layout, time, window.end, this.smooth, "camera"), time };
  }

  /** Every recorded picture has been looked at. */
  #readAll(): void {
    this.#recorder = null;
    this.#trimWhole(this.#recorded, "The recording has no clip.");
  }

  async #read(file: File, estimator: PoseEstimator): Promise<void> {
    this.name = file.name;
    this.progress = { done: 0, total: 0 };
    this.#goTo("reading");
    const { signal } = this.#stop;
    const { poses, cut } = await readVideo(file, estimator, (...now) => this.#progressed(...now), signal);
    this.#recorded = poses;
    if (cut) this.#host.announce("Only the beginning of the video was read");
    this.#trimWhole(poses, `“${file.name}” has no clip.`);
  }

  #trimWhole(poses: Poses | null, title: string): void {
    if (!poses || poses.count < 2) {
      this.#fail(title, { message: "It has fewer than two pictures." });
      return;
    }
    this.length = poses.end - poses.start;
    this.trim = { start: 0, end: this.length };
    try {
      this.clip = this.#shaped(poses);
      this.#goTo("trimming");
      this.#host.announce("Recorded. Trim the clip, and use it.");
    } catch (thrown) {
      this.#fail(title, thrown);
    }
  }

  #cut(): void {
    if (this.stage !== "trimming" || !this.#recorded) return;
    try {
      this.clip = this.#shaped(this.#recorded);
      this.trouble = null;
    } catch (thrown) {
      this.clip = null;
      this.trouble = asFailure(thrown).message;
    }
  }

  #shaped(poses: Poses): Clip {
    const { start, end } = this.trim;
    return poses.clip(this.layout, poses.start + start, poses.start + end, this.smooth, this.name);
  }

  /** Counts seconds down while the stage stays; false if it has changed. */
  async #count(seconds: number, stage: Stage): Promise<boolean> {
    const end = performance.now() + 1000 * seconds;
    for (;;) {
      this.left = Math.max(0, (end - performance.now()) / 1000);
      this.changed();
      if (this.left === 0) return true;
      await pause(Math.min(100, this.left * 1000));
      if (this.stage !== stage || this.#closed.signal.aborted) return false;
    }
  }

  #progressed(done: number, total: number): void {
    this.progress = { done, total };
    this.changed();
  }

  #goTo(stage: Stage): void {
    this.stage = stage;
    this.changed();
  }

  #fail(title: string, thrown: unknown): void {
    if (this.#closed.signal.aborted) return;
    this.#recorder?.drop();
    this.#recorder = null;
    const cause = asFailure(thrown);
    if (cause.kind === "cancelled") {
      this.#release();
      this.#goTo("asking");
      return;
    }
    this.#release();
    this.failure = { title, cause };
    this.#host.announce(`${title} ${cause.message}`);
    this.#goTo("failed");
  }

  #release(): void {
    this.#recorder?.drop();
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.video.srcObject = null;
    this.#estimator?.close();
    this.#estimator = null;
    this.#company?.close();
    this.#company = null;
    this.#window = null;
  }
}
