// One side of the bench: TensorFlow.js on one backend with one variant of the model. A classic worker, because the
// library's browser files are scripts.
/* global importScripts, tf */
importScripts(
  "/tf/tfjs/dist/tf.min.js",
  "/tf/tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js",
  "/tf/tfjs-backend-wasm/dist/tf-backend-wasm.min.js",
  "/bench/answer.js",
);

let side = null;

answer({
  /** Loads the backend and the model; throws if the library falls back to another backend. */
  async load({ backend, variant, threads }) {
    const [{ TfSide }, { readTensors }] = await Promise.all([
      import("/bench/tf-side.js"),
      import("/bench/tensors.js"),
    ]);
    tf.enableProdMode();
    tf.wasm.setWasmPaths("/tf/tfjs-backend-wasm/dist/");
    // Read first, so that the settings below are not reset.
    if (backend === "wasm" && !threads) {
      await tf.env().getAsync("WASM_HAS_MULTITHREAD_SUPPORT");
      tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
    }
    // By default the library uses half of the cores. The report names the number that it used.
    if (threads) tf.wasm.setThreadsCount(Math.min(navigator.hardwareConcurrency, 8));
    if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js cannot start ${backend} here`);
    await tf.ready();
    if (tf.getBackend() !== backend) throw new Error(`TensorFlow.js chose ${tf.getBackend()} instead`);
    const weights = readTensors(await (await fetch("/made/weights.safetensors")).arrayBuffer());
    const x0 = readTensors(await (await fetch("/golden/stgcn_case_T64.safetensors")).arrayBuffer()).get(
      "x0",
    ).data;
    side = new TfSide(tf, variant, weights, x0);
    const used = backend === "wasm" && threads ? `threads in use: ${tf.wasm.getThreadsCount()}` : "";
    return { version: `TensorFlow.js ${tf.version_core}`, detail: used };
  },
  begin: ({ frames }) => side.begin(frames),
  steps: ({ count }) => side.steps(count),
  forward: ({ count }) => side.forward(count),
  check: () => side.check(),
  product: (size) => side.product(size),
  memory: () => side.memory(),
});
