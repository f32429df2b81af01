import { Failure } from "../base/failure.ts";
import { cancelled } from "../engine/download.ts";
import type { PoseEstimator } from "../pose/estimator.ts";
import { pictureOf, videoElement } from "./picture.ts";
import { Poses } from "./poses.ts";

/** Pictures a second that are looked at. */
const RATE = 15;
/** A longer video is cut: an attack on more frames takes too long. */
const MOST_SECONDS = 20;
/** Without an answer for so long, the file is broken. */
const PATIENCE_MS = 20_000;

/** What a video file is called, and whether only its beginning was read. */
export interface ReadVideo {
  poses: Poses;
  cut: boolean;
}

/**
 * Finds the poses in a video file. `progress` gets pictures done and in total. Throws a `Failure`: "cancelled" if the
 * signal aborts, "format" if the browser cannot play the file.
 */
export async function readVideo(
  file: File,
  estimator: PoseEstimator,
  progress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<ReadVideo> {
  const video = videoElement();
  const address = URL.createObjectURL(file);
  try {
    video.preload = "auto";
    video.src = address;
    await happened(video, "loadeddata", file, signal);
    const length = await duration(video, file, signal);
    const seconds = Math.min(length, MOST_SECONDS);
    const total = Math.max(1, Math.floor(seconds * RATE));
    const poses = new Poses(video.videoWidth / video.videoHeight);
    for (let index = 0; index < total; index += 1) {
      if (signal.aborted) throw cancelled;
      const time = index / RATE;
      // Seeking to where it is already would fire nothing.
      if (Math.abs(video.currentTime - time) > 1e-4) {
        video.currentTime = time;
        await happened(video, "seeked", file, signal);
      }
      const picture = await pictureOf(video);
      if (picture) poses.add(time, await estimator.detect(picture, time * 1000));
      progress(index + 1, total);
    }
    return { poses, cut: length > MOST_SECONDS + 1 };
  } finally {
    video.removeAttribute("src");
    video.load();
    URL.revokeObjectURL(address);
  }
}

/** Length in seconds. Recorders write files that do not say it; a seek beyond the end finds it. */
async function duration(video: HTMLVideoElement, file: File, signal: AbortSignal): Promise<number> {
  if (Number.isFinite(video.duration)) return video.duration;
  video.currentTime = 1e7;
  await happened(video, "seeked", file, signal);
  const length = Number.isFinite(video.duration) ? video.duration : video.currentTime;
  video.currentTime = 0;
  await happened(video, "seeked", file, signal);
  return length;
}

function happened(video: HTMLVideoElement, event: string, file: File, signal: AbortSignal): Promise<void> {
  const unplayable = (why: string) =>
    new Failure("format", `The browser cannot play ${file.name}${why}. Try an MP4 (H.264) or WebM file.`);
  const once = new AbortController();
  return new Promise<void>((resolve, reject) => {
    const end = (action: () => void) => () => {
      once.abort();
      action();
    };
    const options = { signal: once.signal };
    video.addEventListener(event, end(resolve), options);
    const code = () => (video.error?.message ? `: ${video.error.message}` : "");
    video.addEventListener(
      "error",
      end(() => reject(unplayable(code()))),
      options,
    );
    signal.addEventListener(
      "abort",
      end(() => reject(cancelled)),
      options,
    );
    const late = setTimeout(
      end(() => reject(unplayable(" (it does not answer)"))),
      PATIENCE_MS,
    );
    once.signal.addEventListener("abort", () => clearTimeout(late));
  });
}
