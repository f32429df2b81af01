// One side of the bench: ONNX Runtime on WebAssembly or WebGPU, with the graphs of crate/benches/attack/onnx_graph.py.
// The whole step is one graph; clip, moments and count go round from its outputs to its inputs.
import "./answer.js";
import { ATTACK, clipOf } from "./clip.js";
import { JOINTS } from "./network.js";
import { readTensors } from "./tensors.js";

let ort = null;
let side = null;
let x0 = null;
/** Of the current shape: graph name to session. */
let sessions = new Map();
let frames = 0;
let clean = null;
let state = {};

const tensor = (data, shape) => new ort.Tensor("float32", data, shape);
const STATE = ["clip", "first", "second", "count"];

async function open(model) {
  const { provider } = side;
  return ort.InferenceSession.create(model, {
    executionProviders: [provider],
    graphOptimizationLevel: "all",
  });
}

async function graph(name) {
  const answer = await fetch(`/onnx/${name}.onnx`);
  if (!answer.ok) throw new Error(`${name}.onnx: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function session(kind) {
  if (!sessions.has(kind)) {
    sessions.set(kind, await open(await graph(`${kind}-${side.variant}-${frames}`)));
  }
  return sessions.get(kind);
}

/** Runs the step's graph; `outputs` are read, or all. */
async function pass(lambda, outputs) {
  const step = await session("step");
  return step.run({ ...state, clean, lambda: tensor(Float32Array.of(lambda), [1]) }, outputs);
}

async function step() {
  const after = await pass(ATTACK.lambda, ["logits", ...STATE.map((name) => `next_${name}`)]);
  state = Object.fromEntries(STATE.map((name) => [name, after[`next_${name}`]]));
}

async function timed(count, action) {
  const start = performance.now();
  for (let i = 0; i < count; i++) await action();
  return (performance.now() - start) / 1000 / count;
}

self.answer({
  async load({ provider, threads, variant }) {
    side = { provider, variant };
    ort = await import(`/ort/ort.${provider === "webgpu" ? "webgpu" : "wasm"}.min.mjs`);
    Object.assign(ort.env.wasm, { wasmPaths: "/ort/", numThreads: threads });
    const case64 = await (await fetch("/golden/stgcn_case_T64.safetensors")).arrayBuffer();
    x0 = readTensors(case64).get("x0").data;
    const detail = provider === "wasm" ? `WebAssembly SIMD, threads: ${threads}` : "WebGPU";
    return { version: `ONNX Runtime ${ort.env.versions.web}`, detail };
  },
  async begin(argument) {
    if (argument.frames !== frames) {
      for (const one of sessions.values()) await one.release();
      sessions = new Map();
    }
    frames = argument.frames;
    const shape = [1, frames, JOINTS, 3];
    clean = tensor(clipOf(x0, frames), shape);
    const zeros = () => tensor(new Float32Array(clean.data.length), shape);
    state = { clip: clean, first: zeros(), second: zeros(), count: tensor(new Float32Array(1), [1]) };
    await session("step");
  },
  steps: ({ count }) => timed(count, step),
  async forward({ count }) {
    const network = await session("forward");
    return timed(count, () => network.run({ clip: clean }));
  },
  async check() {
    const { logits, gradient } = await pass(0, ["logits", "gradient"]);
    const alone = (await (await session("forward")).run({ clip: clean })).logits.data;
    const largest = Math.max(...logits.data.map(Math.abs));
    if (!alone.every((value, i) => Math.abs(value - logits.data[i]) <= 1e-5 * largest))
      throw new Error("the forward pass alone gives other logits than the step");
    await step();
    return { logits: logits.data, gradient: gradient.data, moved: state.clip.data };
  },
  async product({ n, count }) {
    const product = await open(await graph(`product-${n}`));
    const bound = Math.sqrt(3 / n);
    let a = tensor(
      Float32Array.from({ length: n * n }, () => bound * (2 * Math.random() - 1)),
      [n, n],
    );
    const once = async () => {
      a = (await product.run({ a })).c;
    };
    await once();
    const seconds = await timed(count, once);
    await product.release();
    return seconds;
  },
});
