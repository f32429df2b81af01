// The performance targets of the engine, and whether a run meets them. Targets without measured sides are left out.
import { busyRatio, find, gflops, median, ratio, single } from "./statistics.js";

/** The fastest side whose name has this prefix. */
function fastest(sides, word) {
  const rows = sides.filter(({ side }) => side.startsWith(word));
  return rows.toSorted((a, b) => median(a.seconds) - median(b.seconds))[0] ?? null;
}

/** Speed of `row` relative to `other`. */
const speed = (row, other) => row && other && ratio(other, row);

const CASES = [
  [
    "WebGPU against TensorFlow.js's best on WebGPU",
    4,
    (s) => speed(find(s, "ours-webgpu"), fastest(s, "tf-webgpu")),
  ],
  [
    "WebGPU against TensorFlow.js's best on WebGL",
    1,
    (s) => speed(find(s, "ours-webgpu"), fastest(s, "tf-webgl")),
  ],
  [
    "WebGPU against our networks on Burn's own kernels",
    8,
    (s) => speed(find(s, "ours-webgpu"), find(s, "stock-webgpu")),
  ],
  [
    "WebAssembly against TensorFlow.js's best on the CPU",
    4,
    (s) => {
      const others = [fastest(s, "tf-wasm"), fastest(s, "tf-cpu")].filter(Boolean);
      return speed(find(s, "ours-wasm"), fastest(others, ""));
    },
  ],
  [
    "WebAssembly, all cores, against PyTorch with one thread",
    1 / 1.6,
    (s) => speed(find(s, "ours-wasm-threads"), fastest(s, "torch-1")),
  ],
  [
    "WebAssembly, one thread, against PyTorch with one thread",
    1 / 1.6,
    (s) => speed(find(s, "ours-wasm"), fastest(s, "torch-1")),
  ],
  [
    "The exact projection's step against Algorithm 1's, native",
    1 / 1.1,
    (s) => speed(find(s, "ours-1-exact"), find(s, "ours-1")),
  ],
  [
    "The exact projection's step against Algorithm 1's, WebAssembly",
    1 / 1.1,
    (s) => speed(find(s, "ours-wasm-exact"), find(s, "ours-wasm")),
  ],
  [
    "The exact projection's step against Algorithm 1's, WebGPU",
    1 / 1.1,
    (s) => speed(find(s, "ours-webgpu-exact"), find(s, "ours-webgpu")),
  ],
  ["Native, one thread, against PyTorch with one", 1, (s) => speed(find(s, "ours-1"), fastest(s, "torch-1"))],
  [
    "Native, two threads, against PyTorch with two",
    1,
    (s) => speed(find(s, "ours-2"), fastest(s, "torch-2")),
  ],
  ["Native GPU against PyTorch on CUDA", 1 / 2, (s) => speed(find(s, "ours-gpu"), fastest(s, "torch-cuda"))],
];

/**
 * Against ONNX Runtime's fastest variant: ours, its sides, and the most of its time that ours may take, for steps and
 * forward passes, by the number of frames.
 */
const SHARES = [
  [
    "Native, one thread",
    "ours-1",
    "onnx-1-",
    { step: { 64: 0.75, 300: 0.75 }, forward: { 64: 0.8, 300: 0.8 } },
  ],
  [
    "Native, two threads",
    "ours-2",
    "onnx-2-",
    { step: { 64: 0.75, 300: 0.75 }, forward: { 64: 0.8, 300: 0.8 } },
  ],
  [
    "WebAssembly, one thread",
    "ours-wasm",
    "onnx-wasm-1-",
    { step: { 64: 0.45, 300: 0.5 }, forward: { 64: 0.6 } },
  ],
  [
    "WebAssembly, two threads",
    "ours-wasm-two",
    "onnx-wasm-2-",
    { step: { 64: 0.5, 300: 0.5 }, forward: { 64: 0.6 } },
  ],
  ["WebGPU", "ours-webgpu", "onnx-webgpu-", { step: { 64: 0.08 } }],
];

/** Whether a side had the cores that it asked for, as far as was measured: nine tenths of the time. */
const quiet = ({ waited = [] }) => waited.length === 0 || median(waited) < 0.1;

/** The rows of SHARES that a case measures. */
function shares({ what = "step", frames, batch, sides }) {
  return SHARES.flatMap(([text, side, prefix, wanted]) => {
    const [ours, other] = [find(sides, side), fastest(sides, prefix)];
    const most = wanted[what]?.[frames];
    if (batch > 1 || !ours || !other || !most) return [];
    const [clock, cores] = [ratio(ours, other), busyRatio(ours, other)];
    const alone = [ours, other].every(quiet);
    // What one thread computed is known on a busy machine, too. Two that wait for each other would need both cores.
    const found = alone ? clock : text.includes("one thread") ? cores : null;
    const measured = alone
      ? `${clock.toPrecision(3)} of its time`
      : `${cores.toPrecision(3)} of its time on cores (${clock.toPrecision(3)} by the clock)`;
    const words = { step: "a step", forward: "a forward pass" }[what];
    return [
      {
        text: `${text}, against ONNX Runtime (${other.side}), ${words}, ${frames} frames`,
        wanted: `at most ${most} of its time`,
        found: measured,
        met: found === null ? null : found <= most,
      },
    ];
  });
}

/** The targets as { text, wanted, found, met }; `met` is null where the machine was too busy to say. */
export function targets(result) {
  const times = (value) => `${value.toPrecision(3)} times as fast`;
  const steps = result.cases.filter(({ what = "step" }) => what === "step");
  const rows = steps.flatMap(({ frames, batch, sides }) =>
    CASES.flatMap(([text, wanted, measure]) => {
      const found = measure(sides);
      if (!found) return [];
      const where = `${text}, ${frames} frames${batch > 1 ? `, ${batch} clips` : ""}`;
      return [
        { text: where, wanted: `at least ${times(wanted)}`, found: times(found), met: found >= wanted },
      ];
    }),
  );
  const wgsl = result.roofs.find(({ roof }) => roof === "wgsl");
  rows.unshift(...result.cases.flatMap(shares));
  for (const { frames, flops, sides } of steps) {
    const row = find(sides, "ours-webgpu");
    if (!wgsl || !row) continue;
    const found = gflops(flops, row) / gflops(wgsl.flops, wgsl);
    const text = `WebGPU against a hand-written matrix product, ${frames} frames`;
    rows.push({
      text,
      wanted: "at least 0.6 of it",
      found: `${found.toPrecision(3)} of it`,
      met: found >= 0.6,
    });
  }
  const first = single(result);
  for (const [side, { first: step }] of Object.entries(result.sides)) {
    const warm = first && step?.frames === first.frames && side.startsWith("ours") && find(first.sides, side);
    if (!warm) continue;
    const found = step.seconds / median(warm.seconds);
    const [wanted, measured] = ["under 5 warm steps", `${found.toPrecision(3)} warm steps`];
    rows.push({ text: `${side}: the first step after loading`, wanted, found: measured, met: found < 5 });
  }
  for (const { side, steps, early, late } of result.memory) {
    const grown = Object.keys(early).filter((key) => early[key] !== null && late[key] > early[key]);
    const found =
      grown.length === 0 ? "none" : grown.map((key) => `${key} ${late[key] - early[key]}`).join(", ");
    rows.push({
      text: `${side}: memory growth over ${steps} steps`,
      wanted: "none",
      found,
      met: grown.length === 0,
    });
  }
  return rows;
}
