import { Failure } from "../base/failure.ts";
import { cancelled } from "../engine/download.ts";

/** Pictures are made so high, in pixels: the estimator looks at 256 of them at most. */
const HEIGHT = 360;

/** The picture that a video shows now, made smaller; null before its first. */
export async function pictureOf(video: HTMLVideoElement): Promise<ImageBitmap | null> {
  const { videoWidth: width, videoHeight: height } = video;
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || width === 0) return null;
  const scale = Math.min(1, HEIGHT / height);
  return createImageBitmap(video, {
    resizeWidth: Math.max(1, Math.round(width * scale)),
    resizeHeight: Math.max(1, Math.round(height * scale)),
    resizeQuality: "low",
  });
}

const small = { width: 16, height: 12 };

/** Measures the mean brightness of pictures, 0 to 255. */
export class LightMeter {
  readonly #canvas = new OffscreenCanvas(small.width, small.height);

  of(picture: ImageBitmap): number {
    const context = this.#canvas.getContext("2d", { willReadFrequently: true });
    if (!context) return 255;
    context.drawImage(picture, 0, 0, small.width, small.height);
    const { data } = context.getImageData(0, 0, small.width, small.height);
    let sum = 0;
    for (let i = 0; i < data.length; i += 4)
      sum += 0.3 * (data[i] ?? 0) + 0.59 * (data[i + 1] ?? 0) + 0.11 * (data[i + 2] ?? 0);
    return sum / (small.width * small.height);
  }
}

/** What to do for each of the browser's reasons to refuse a camera. */
const REASONS: Record<string, string> = {
  NotAllowedError:
    "The browser refused the camera. Allow it for this page, in the settings beside the address, and try again; or " +
    "open a video file.",
  NotFoundError: "No camera was found. Connect one and try again, or open a video file.",
  OverconstrainedError:
    "No camera was found that gives such pictures. Try another one, or open a video file.",
  NotReadableError: "The camera does not answer. Another program may use it: close that, and try again.",
};

/**
 * Asks the visitor for the camera. Throws a `Failure`: "camera" says what to do, "cancelled" if the signal aborts while
 * the browser's question is open.
 */
export async function openCamera(signal: AbortSignal): Promise<MediaStream> {
  if (!navigator.mediaDevices?.getUserMedia)
    throw new Failure(
      "camera",
      "Browsers give a camera to pages served by https or from this computer only. Open a video file instead.",
    );
  try {
    const asked = navigator.mediaDevices.getUserMedia({
      video: { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: "user" },
    });
    return await new Promise<MediaStream>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(cancelled), { once: true });
      asked.then((stream) => {
        if (!signal.aborted) return resolve(stream);
        for (const track of stream.getTracks()) track.stop();
      }, reject);
    });
  } catch (thrown) {
    if (thrown === cancelled) throw thrown;
    const { name, message } = thrown as DOMException;
    throw new Failure("camera", REASONS[name] ?? `The browser gave no camera: ${message || name}.`);
  }
}

/** A video element that shows a stream or a file, without sound. */
export function videoElement(): HTMLVideoElement {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  return video;
}
