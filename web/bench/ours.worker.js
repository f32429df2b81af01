// One side of the bench: our engine on one device, called as by the page's worker, one step per call.
import init, { Engine, fuse, joinHelpers, onFailure, threads } from "/engine/engine.js";
import "./answer.js";
import { ATTACK, clipOf } from "./clip.js";
import { CLASSES, JOINTS } from "./network.js";
import { readTensors } from "./tensors.js";

const POSE = JOINTS * 3;
let engine = null;
let x0 = null;
let plausible = false;
let projection = "paper";
let clip = null;
/** Threads that compute. */
let wanted = 1;

/** Our page's `Clip`. */
function pageClip(frames) {
  const data = clipOf(x0, frames);
  return {
    id: "x0",
    name: "x0",
    label: null,
    layout: "ntu",
    fps: 30,
    frames,
    people: 1,
    data,
    origin: "file",
  };
}

/** Our page's `AttackConfig`. */
function config() {
  return {
    method: "ciasa",
    target: { kind: "class", index: ATTACK.target },
    joints: null,
    epsilon: ATTACK.epsilon,
    alpha: ATTACK.alpha,
    lambda: ATTACK.lambda,
    iterations: 1_000_000,
    constraints: { clip: true, realign: true, smooth: true, plausible },
    // The competitors clip and realign as Algorithm 1 does.
    projection,
    stop: { kind: "iterations" },
    seed: 1,
  };
}

/** The manifest's ST-GCN, changed to another skeleton, other classes and clips of any length. */
async function entry(bytes) {
  const manifest = await (await fetch("/models/manifest.json")).json();
  return {
    ...manifest.models.find((model) => model.architecture === "st-gcn"),
    layout: "ntu",
    classes: Array.from({ length: CLASSES }, (_, i) => `class ${i}`),
    people: 1,
    frames: 0,
    preprocessing: "raw",
    weights: [{ file: "weights.safetensors", bytes, sha256: "" }],
  };
}

/** The golden clip as a file for the discriminator to learn from. */
function naturalFile() {
  const numbers = Array.from(clipOf(x0, 64));
  const frames = Array.from({ length: 64 }, (_, t) => [
    Array.from({ length: JOINTS }, (_, v) => numbers.slice(t * POSE + v * 3, t * POSE + v * 3 + 3)),
  ]);
  const file = { format: "ciasa-clip", version: 1, layout: "ntu", fps: 30, frames };
  return new TextEncoder().encode(JSON.stringify(file));
}

/** Starts the worker pool, as the page does. */
async function gather(module, helpers) {
  const buffer = new SharedArrayBuffer(64 << 20);
  const ready = (helper) =>
    new Promise((resolve, reject) => {
      const worker = new Worker("/bench/helper.worker.js", { type: "module" });
      worker.onmessage = resolve;
      worker.onerror = (event) => reject(new Error(`a helper: ${event.message}`));
      worker.postMessage({ module, buffer, helper });
    });
  await Promise.all(Array.from({ length: helpers }, (_, helper) => ready(helper)));
  joinHelpers(buffer, helpers);
}

/** One step of the only attack. */
function step() {
  return engine.stepAttacks(Uint32Array.of(0), 1);
}

/** Seconds of each of `count` calls. */
async function timed(count, call) {
  const start = performance.now();
  for (let i = 0; i < count; i++) await call();
  const seconds = (performance.now() - start) / 1000 / count;
  if (threads() !== wanted) throw new Error(`it lost a thread: ${threads()} of ${wanted} are in use`);
  return seconds;
}

self.answer({
  async load({ device, discriminator, exact, kernels, fused = true, helpers = 0 }) {
    const module = await WebAssembly.compileStreaming(fetch("/engine/engine_bg.wasm"));
    await init({ module_or_path: module });
    fuse(fused);
    if (helpers) await gather(module, helpers);
    wanted = helpers + 1;
    onFailure((kind, message) => self.postMessage({ fatal: `${kind}: ${message}` }));
    plausible = discriminator;
    projection = exact ? "exact" : "paper";
    engine = await Engine.start(device);
    if (kernels) engine.chooseKernels(kernels);
    const weights = new Uint8Array(await (await fetch("/made/weights.safetensors")).arrayBuffer());
    const case64 = await (await fetch("/golden/stgcn_case_T64.safetensors")).arrayBuffer();
    x0 = readTensors(case64).get("x0").data;
    const backend = await engine.loadModel(await entry(weights.length), [weights]);
    if (backend.kind !== device) throw new Error(`our engine chose ${backend.name}: ${backend.reason}`);
    if (plausible) engine.addNatural("natural", "natural.json", naturalFile());
    const shared = device === "cpu" ? `, threads in use: ${threads()}` : "";
    return { version: "", detail: `${backend.name}${shared}` };
  },
  async begin({ frames }) {
    clip = pageClip(frames);
    engine.beginAttacks([clip], [config()]);
  },
  async steps({ count }) {
    return timed(count, step);
  },
  async forward({ count }) {
    return timed(count, () => engine.recognise(clip));
  },
  async check() {
    const { logits, gradient } = await engine.gradient(clip, ATTACK.target);
    await step();
    return { logits, gradient, moved: engine.perturbedOf(0) };
  },
  async product({ n, count }) {
    await engine.matrixProduct(n, 1);
    return (await engine.matrixProduct(n, count)) / 1000;
  },
  memory: () => engine.memory(),
});
