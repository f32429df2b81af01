import type { Clip } from "../base/clip.ts";
import type { Notice } from "../base/notice.ts";
import type { CameraHost } from "../camera/host.ts";
import type { CameraSession } from "../camera/session.ts";
import type { Entry } from "../clips/gallery.ts";
import type { Library } from "../clips/library.ts";
import type { LayoutInfo } from "../core/layout.ts";
import type { Recognition } from "../core/types.ts";
import type { EngineManager } from "../engine/manager.ts";
import type { PoseEstimator, PoseOptions } from "../pose/estimator.ts";

/** What the camera needs of the playground. */
interface CameraTarget {
  readonly engine: EngineManager;
  readonly library: Library;
  readonly layouts: LayoutInfo[];
  readonly player: { pause(): void };
  readonly state: Readonly<{ model: string }>;
  readonly clip: Clip | null;
  before: Recognition | null;
  claim: { words: string; pause(): void } | null;
  estimator(options?: PoseOptions): Promise<PoseEstimator>;
  engineClaimed(cause: string): boolean;
  startEngine(): void;
  cancel(): void;
  choose(entry: Entry): Promise<void>;
  recognise(): Promise<void>;
  report(title: string, thrown: unknown, actions: Notice["actions"], kept?: string): void;
  announce(words: string): void;
  changed(): void;
  changedSoon(): void;
}

const ENDINGS = /\.(mp4|m4v|mov|webm|ogv)$/i;

/** Is it a video, by its type or its name? */
export const isVideo = (file: File): boolean => file.type.startsWith("video/") || ENDINGS.test(file.name);

/** Opens and closes the camera, and takes what it has recorded. The camera's code is loaded on the first call. */
export class CameraDoor {
  session: CameraSession | null = null;
  readonly #target: CameraTarget;
  #opening = false;

  constructor(target: CameraTarget) {
    this.#target = target;
  }

  /** Opens the dialog, or reads a video file. A running attack ends: the engine answers the camera. */
  async open(file: File | null = null): Promise<void> {
    const target = this.#target;
    if (this.#opening) return;
    this.#opening = true;
    try {
      this.close();
      if (target.engineClaimed("The Lab is using the engine. Pause it to use the camera, then resume it."))
        return;
      const { CameraSession } = await import("../camera/session.ts");
      target.player.pause();
      target.cancel();
      const session = new CameraSession(this.#host(), file);
      session.addEventListener("change", () => target.changedSoon());
      this.session = session;
      target.claim = { words: "The camera is using the engine.", pause: () => this.close() };
      if (file) void session.start();
    } catch (thrown) {
      const again = { label: "Try again", run: () => void this.open(file) };
      target.report("The camera did not open.", thrown, [again]);
    } finally {
      this.#opening = false;
      target.changed();
    }
  }

  /** Ends the camera and everything that it holds. */
  close(): void {
    const { session } = this;
    if (!session) return;
    const target = this.#target;
    this.session = null;
    session.close();
    target.claim = null;
    // The camera may have loaded the network of another skeleton.
    if (target.engine.state.model?.layout !== target.clip?.layout) target.before = null;
    target.changed();
    void target.recognise();
  }

  /** Adds the trimmed clip to the visitor's files and shows it. */
  async use(): Promise<void> {
    const clip = this.session?.clip;
    if (!clip) return;
    const { library, layouts } = this.#target;
    const entry = library.addClip(clip, layouts);
    this.close();
    await this.#target.choose(entry);
    this.#target.announce(`${entry.name} added to your files`);
  }

  #host(): CameraHost {
    const target = this.#target;
    return {
      engine: target.engine,
      layouts: target.layouts,
      get wantedModel() {
        return target.state.model;
      },
      estimator: (options) => target.estimator(options),
      needEngine: () => {
        if (!target.engine.wanted) target.startEngine();
      },
      announce: (words) => target.announce(words),
    };
  }
}
