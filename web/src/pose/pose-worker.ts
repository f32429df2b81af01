/** The pose estimator's worker: owns MediaPipe's module and finds people in pictures. */
import { PoseLandmarker } from "@mediapipe/tasks-vision";
import factory from "../../pkg/pose/vision.js";
import { download } from "../engine/download.ts";
import { errorMessage } from "../engine/errors.ts";
import type { FromPoseWorker, Pose, ToPoseWorker } from "./messages.ts";

const LANDMARKS = 33;
/** Between the last picture of a video and the first of the next, in milliseconds. */
const GAP_MS = 1000;

let landmarker: PoseLandmarker | null = null;
/** MediaPipe's clock must not go back: what is added to the times of this video, and the last time. */
let [shift, last] = [0, 0];

/** Where MediaPipe looks for its module; it takes both from here once. */
const scope = self as unknown as { ModuleFactory: unknown; Module: unknown };

self.addEventListener("message", (event: MessageEvent<ToPoseWorker>) => void receive(event.data));

function post(message: FromPoseWorker, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

async function receive(message: ToPoseWorker): Promise<void> {
  if (message.type === "load") {
    await load(message.module, message.model, message.people).catch((thrown) =>
      post({ type: "fatal", error: errorMessage(thrown, "pose") }),
    );
    return;
  }
  try {
    const poses = find(message.image, message.timeMs);
    post(
      { type: "found", call: message.call, poses },
      poses.flatMap(({ picture, world }) => [picture.buffer, world.buffer]),
    );
  } catch (thrown) {
    post({ type: "refused", call: message.call, error: errorMessage(thrown, "pose") });
  } finally {
    message.image.close();
  }
}

async function load(module: string, model: string, people: number): Promise<void> {
  if (typeof OffscreenCanvas === "undefined" || !new OffscreenCanvas(1, 1).getContext("webgl2"))
    throw {
      kind: "device",
      message:
        "The pose estimator needs WebGL 2 in a worker, which this browser does not offer. Use a current browser, " +
        "with hardware acceleration switched on.",
    };
  const sizes = [module, model].map(() => ({ loaded: 0, total: 0 }));
  const [wasm, task] = await Promise.all(
    [module, model].map((address, which) =>
      download(new URL(address), 0, (loaded, total) => {
        sizes[which] = { loaded, total };
        const sum = (of: "loaded" | "total") => sizes.reduce((bytes, one) => bytes + one[of], 0);
        const known = sizes.every((one) => one.total > 0);
        post({ type: "progress", loaded: sum("loaded"), total: known ? sum("total") : 0 });
      }),
    ),
  );
  scope.ModuleFactory = factory;
  scope.Module = { wasmBinary: wasm, print: console.debug, printErr: console.debug };
  landmarker = await PoseLandmarker.createFromOptions(
    { wasmLoaderPath: "", wasmBinaryPath: module },
    {
      baseOptions: { modelAssetBuffer: new Uint8Array(task ?? new ArrayBuffer(0)), delegate: "CPU" },
      runningMode: "VIDEO",
      numPoses: people,
    },
  );
  post({ type: "loaded" });
}

function find(image: ImageBitmap | VideoFrame, timeMs: number): Pose[] {
  if (!landmarker) throw { kind: "pose", message: "the pose estimator is not loaded" };
  if (timeMs + shift <= last) shift = last + GAP_MS - timeMs;
  last = timeMs + shift;
  const { landmarks, worldLandmarks } = landmarker.detectForVideo(image, last);
  return landmarks.map((flat, person) => {
    const [picture, world] = [new Float32Array(LANDMARKS * 3), new Float32Array(LANDMARKS * 3)];
    for (let j = 0; j < LANDMARKS; j += 1) {
      const [at, deep] = [flat[j], worldLandmarks[person]?.[j]];
      picture.set([at?.x ?? 0, at?.y ?? 0, at?.visibility ?? 0], 3 * j);
      world.set([deep?.x ?? 0, deep?.y ?? 0, deep?.z ?? 0], 3 * j);
    }
    return { picture, world };
  });
}
