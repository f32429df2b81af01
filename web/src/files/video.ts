import { Failure } from "../base/failure.ts";
import type { Film, Video } from "./film.ts";

/** What browsers encode, the preferred first. */
const KINDS: { type: string; ending: Video["ending"] }[] = [
  // VP8 keeps up on a slow computer, where VP9 leaves out pictures.
  { type: "video/webm;codecs=vp8", ending: "webm" },
  { type: "video/webm;codecs=vp9", ending: "webm" },
  { type: "video/mp4;codecs=avc1.42E01F", ending: "mp4" },
  { type: "video/webm", ending: "webm" },
  { type: "video/mp4", ending: "mp4" },
];
/** Bits per pixel of a picture: figures on a plain ground need little. */
const BITS = 0.2;

/** What this browser encodes; undefined where it has no video encoder. */
function kind(): (typeof KINDS)[number] | undefined {
  if (typeof MediaRecorder === "undefined" || !("captureStream" in HTMLCanvasElement.prototype))
    return undefined;
  return KINDS.find(({ type }) => MediaRecorder.isTypeSupported(type));
}

/** Does this browser encode videos? Without an encoder a film becomes a GIF. */
export const hasEncoder = (): boolean => kind() !== undefined;

/**
 * Records a film with the browser's encoder, in the time that the film lasts: encoders take the clock's time as the
 * pictures' time. A browser that paints too slowly skips pictures, so the speed is right in any case. A browser without
 * an encoder writes a GIF. Throws a `Failure`: of kind "device" if the pictures cannot be made, "cancelled" if `signal`
 * aborts. `progress`: 0 to 1.
 */
export async function recordVideo(
  film: Film,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<Video> {
  const chosen = kind();
  // Loaded by those who need it.
  if (!chosen) return (await import("./gif.ts")).writeGif(film, progress, signal);
  const [width, height] = [film.width, film.height].map((size) => Math.max(2, Math.floor(size / 2) * 2));
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { alpha: false });
  if (!context) throw new Failure("device", "This browser has no memory left for the video's pictures.");
  // Zero: a picture is taken when we ask for one.
  const stream = canvas.captureStream(0);
  const rate = Math.round(canvas.width * canvas.height * film.fps * BITS);
  const recorder = new MediaRecorder(stream, { mimeType: chosen.type, videoBitsPerSecond: rate });
  const chunks: Blob[] = [];
  recorder.addEventListener("dataavailable", ({ data }) => chunks.push(data));
  const over = new Promise<void>((resolve, reject) => {
    recorder.addEventListener("stop", () => resolve());
    recorder.addEventListener("error", () => reject(new Failure("device", "The video encoder failed.")));
  });
  try {
    const started = new Promise((resolve) => recorder.addEventListener("start", resolve, { once: true }));
    recorder.start();
    await Promise.race([started, wait(500)]);
    await play(film, context, () => take(stream), progress, signal);
    // The last picture is still on its way to the encoder.
    await wait(2000 / film.fps);
    recorder.stop();
    await over;
  } finally {
    if (recorder.state !== "inactive") recorder.stop();
    for (const track of stream.getTracks()) track.stop();
    // An encoder that fails after we have given up has nobody to hear it.
    over.catch(() => {});
  }
  const bytes = new Blob(chunks, { type: chosen.type.split(";")[0] ?? chosen.type });
  if (bytes.size === 0) throw new Failure("device", "The video encoder gave no picture. Try again.");
  return { bytes, ending: chosen.ending };
}

/** Paints the frames at their times; those that are late by a whole frame are skipped, except the last. */
async function play(
  film: Film,
  context: CanvasRenderingContext2D,
  shoot: () => void,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const { fps, frames } = film;
  const started = performance.now();
  for (let frame = 0; frame < frames; ) {
    if (signal.aborted) throw new Failure("cancelled", "The recording was cancelled.");
    film.paint(context, frame);
    shoot();
    progress((frame + 1) / frames);
    const due = Math.floor(((performance.now() - started) / 1000) * fps);
    frame = frame === frames - 1 ? frames : Math.min(frames - 1, Math.max(frame + 1, due));
    await wait(started + (frame * 1000) / fps - performance.now());
  }
}

/** Takes a picture of the canvas: a call of the track, in Firefox of the stream. */
function take(stream: MediaStream): void {
  const [track] = stream.getVideoTracks() as [Partial<CanvasCaptureMediaStreamTrack>?];
  const old = stream as { requestFrame?: () => void };
  if (track?.requestFrame) track.requestFrame();
  else old.requestFrame?.();
}

const wait = (milliseconds: number) =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
