// The measured sides. `against` names the side for the ratio, `roof` the group whose matrix product is the upper
// bound for this side's device and library (measured on the group's first side).
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";

const ours = (device, load = {}) => ({
  worker: { script: "/bench/ours.worker.js", module: true },
  load: { device, discriminator: false, exact: false, kernels: null, ...load },
  // Temporal convolutions in tiles.
  saves: device === "cpu",
});

/** Threads of our engine on the CPU, as in the page. */
const HELPERS = Math.min(availableParallelism(), 8) - 1;

const tf = (backend, variant, threads = false) => ({
  worker: { script: "/bench/tf.worker.js", module: false },
  load: { backend, variant, threads },
});

/** ONNX Runtime's WebAssembly with so many threads, or its WebGPU, on one variant of the graphs. */
const onnx = (threads, variant) => ({
  worker: { script: "/bench/onnx.worker.js", module: true },
  load: { provider: threads ? "wasm" : "webgpu", threads: threads ?? 1, variant },
  against: threads ? OURS[threads] : "ours-webgpu",
  roof: threads ? `onnx-wasm-${threads}` : "onnx-webgpu",
  onnx: true,
});
const OURS = { 1: "ours-wasm", 2: "ours-wasm-two" };
/** The graphs of crate/benches/attack/onnx_graph.py. */
const VARIANTS = ["joints", "frames", "products"];
const onnxSides = (name, threads) =>
  Object.fromEntries(VARIANTS.map((variant) => [`${name}-${variant}`, onnx(threads, variant)]));

const torch = (threads, variant) => ({
  torch: ["--threads", String(threads), "--variant", variant],
  against: "ours-wasm",
  roof: `torch-${threads}`,
});

/** The reference for the checks; it always takes part. */
export const REFERENCE = "ours-wasm";

export const SIDES = {
  "ours-wasm": { ...ours("cpu"), roof: "ours-wasm" },
  "ours-wasm-discriminator": {
    ...ours("cpu", { discriminator: true }),
    against: "ours-wasm",
    roof: "ours-wasm",
  },
  "ours-wasm-exact": { ...ours("cpu", { exact: true }), against: "ours-wasm", roof: "ours-wasm" },
  "ours-wasm-threads": {
    ...ours("cpu", { helpers: HELPERS }),
    against: "ours-wasm",
    roof: "ours-wasm-threads",
  },
  // As many threads as ONNX Runtime's.
  "ours-wasm-two": { ...ours("cpu", { helpers: 1 }), against: "ours-wasm", roof: "ours-wasm-two" },
  // Without fused multiply-add, as in browsers without relaxed SIMD.
  "ours-wasm-apart": { ...ours("cpu", { fused: false }), against: "ours-wasm", roof: "ours-wasm-apart" },
  "ours-webgpu": { ...ours("webgpu"), against: "ours-wasm", roof: "ours-webgpu" },
  "ours-webgpu-exact": { ...ours("webgpu", { exact: true }), against: "ours-webgpu", roof: "ours-webgpu" },
  // Our networks on Burn's own kernels, to measure the gain by ours.
  "stock-webgpu": { ...ours("webgpu", { kernels: "stock" }), against: "ours-webgpu", roof: "ours-webgpu" },
  "tf-wasm-plain": { ...tf("wasm", "plain"), against: "ours-wasm", roof: "tf-wasm" },
  "tf-wasm-tuned": { ...tf("wasm", "tuned"), against: "ours-wasm", roof: "tf-wasm" },
  "tf-wasm-threads": { ...tf("wasm", "tuned", true), against: "ours-wasm", roof: "tf-wasm-threads" },
  "tf-webgpu-plain": { ...tf("webgpu", "plain"), against: "ours-webgpu", roof: "tf-webgpu" },
  "tf-webgpu-tuned": { ...tf("webgpu", "tuned"), against: "ours-webgpu", roof: "tf-webgpu" },
  "tf-webgl-plain": { ...tf("webgl", "plain"), against: "ours-webgpu", roof: "tf-webgl" },
  "tf-webgl-tuned": { ...tf("webgl", "tuned"), against: "ours-webgpu", roof: "tf-webgl" },
  "tf-cpu-plain": { ...tf("cpu", "plain"), against: "ours-wasm", roof: "tf-cpu" },
  "tf-cpu-tuned": { ...tf("cpu", "tuned"), against: "ours-wasm", roof: "tf-cpu" },
  ...onnxSides("onnx-wasm-1", 1),
  ...onnxSides("onnx-wasm-2", 2),
  ...onnxSides("onnx-webgpu", null),
  // No network: a hand-written kernel for the matrix product only, the upper bound on this adapter.
  wgsl: { worker: { script: "/bench/wgsl.worker.js", module: false }, load: {}, roof: "wgsl", product: true },
  "torch-1": torch(1, "plain"),
  "torch-1-folded": torch(1, "folded"),
};

/**
 * The sides of these names, or all without words; always with the reference. A word that is no side's name stands for
 * all sides whose names start with it.
 */
export function chosen(words) {
  const standsFor = (word, name) => (SIDES[word] ? word === name : name.startsWith(word));
  const wanted = (name) => words.length === 0 || words.some((word) => standsFor(word, name));
  return Object.keys(SIDES).filter((name) => name === REFERENCE || wanted(name));
}

/** A side in a worker of the browser's page. */
export class BrowserSide {
  #page;
  #name;
  #spec;

  constructor(page, name) {
    this.#page = page;
    this.#name = name;
    this.#spec = SIDES[name];
  }

  open(limit) {
    const { worker, load } = this.#spec;
    return this.#page.evaluate(
      ([name, ...rest]) => window.bench.open(name, ...rest),
      [this.#name, worker, load, limit],
    );
  }

  call(call, argument, limit) {
    return this.#page.evaluate(
      ([name, ...rest]) => window.bench.call(name, ...rest),
      [this.#name, call, argument, limit],
    );
  }

  close() {
    return this.#page.evaluate((name) => window.bench.close(name), this.#name);
  }
}

/** PyTorch in its own process, which reads and writes one JSON object per line. */
export class TorchSide {
  #python;
  #script;
  #options;
  #clips;
  #child = null;
  #lines = null;

  /** `clips` maps a number of frames to the file with the clip. */
  constructor(name, { python, script, clips }) {
    this.#options = SIDES[name].torch;
    this.#python = python;
    this.#script = script;
    this.#clips = clips;
  }

  async open(limit) {
    this.#child = spawn(this.#python, [this.#script, ...this.#options], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const gone = new Promise((_, reject) => {
      this.#child.on("error", reject);
      this.#child.on("exit", () => reject(new Error("PyTorch's process has ended")));
    });
    // Also when no call is open.
    gone.catch(() => {});
    const lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    this.#lines = { next: () => Promise.race([lines.next(), gone]) };
    return this.#read(limit);
  }

  async call(call, argument, limit) {
    const rest = call === "begin" ? { clip: this.#clips(argument.frames), batch: 1, ...argument } : argument;
    this.#child.stdin.write(`${JSON.stringify({ call, ...rest })}\n`);
    return (await this.#read(limit)).value;
  }

  close() {
    this.#child?.kill();
  }

  async #read(limit) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer for ${limit} s`)), limit * 1000);
    });
    const line = await Promise.race([this.#lines.next(), late]).finally(() => clearTimeout(timer));
    if (line.done) throw new Error("PyTorch's process has ended");
    const answer = JSON.parse(line.value);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }
}
