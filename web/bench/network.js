// The measured network: ST-GCN for 25 joints and 60 classes, with the generated weights of the golden files. The
// generator is also in tests/native/support.rs; equal golden logits show that both agree.

export const JOINTS = 25;
export const CLASSES = 60;
export const TAPS = 9;
export const SUBSETS = 3;
/** Channels and stride in time of each block. */
export const BLOCKS = [
  [64, 1],
  [64, 1],
  [64, 1],
  [64, 1],
  [128, 2],
  [128, 1],
  [128, 1],
  [256, 2],
  [256, 1],
  [256, 1],
];

/** The parent of each joint in NTU RGB+D; joint 20 is the root. As in `skeleton/ntu.rs`. */
export const PARENTS = [
  1, 20, 20, 2, 20, 4, 5, 6, 20, 8, 9, 10, 0, 12, 13, 14, 0, 16, 17, 18, 20, 22, 7, 24, 11,
];
export const CENTRE = 20;

/** Each block as { index, inputs, outputs, stride, residual }. */
export const blocks = BLOCKS.map(([outputs, stride], index) => {
  const inputs = index === 0 ? 3 : (BLOCKS[index - 1]?.[0] ?? 3);
  const same = inputs === outputs && stride === 1;
  return {
    index,
    inputs,
    outputs,
    stride,
    residual: index === 0 ? "none" : same ? "identity" : "projection",
  };
});

/**
 * The 'spatial' partition, (3, V, V): self, away from the root, towards it; column-normalised. See
 * `skeleton/graph.rs`.
 */
export function adjacency() {
  const near = (a, b) => a === b || PARENTS[a] === b || PARENTS[b] === a;
  const hops = (j) => (j === CENTRE ? 0 : near(j, CENTRE) ? 1 : Number.POSITIVE_INFINITY);
  const a = new Float32Array(SUBSETS * JOINTS * JOINTS);
  const all = Array.from({ length: JOINTS }, (_, j) => j);
  for (const to of all) {
    const from = all.filter((j) => near(j, to));
    for (const j of from) {
      const k = j === to ? 0 : hops(j) >= hops(to) ? 1 : 2;
      a[(k * JOINTS + j) * JOINTS + to] = 1 / from.length;
    }
  }
  return a;
}

/** Names and shapes of the state dict, as published. */
export function keys() {
  const norm = (key, n) =>
    ["weight", "bias", "running_mean", "running_var"].map((name) => [`${key}.${name}`, [n]]);
  const all = norm("data_bn", JOINTS * 3);
  for (const { index, inputs, outputs, residual } of blocks) {
    const key = `st_gcn_networks.${index}`;
    all.push([`edge_importance.${index}`, [SUBSETS, JOINTS, JOINTS]]);
    all.push([`${key}.gcn.conv.weight`, [SUBSETS * outputs, inputs, 1, 1]]);
    all.push([`${key}.gcn.conv.bias`, [SUBSETS * outputs]]);
    all.push(...norm(`${key}.tcn.0`, outputs));
    all.push([`${key}.tcn.2.weight`, [outputs, outputs, TAPS, 1]]);
    all.push([`${key}.tcn.2.bias`, [outputs]]);
    all.push(...norm(`${key}.tcn.3`, outputs));
    if (residual !== "projection") continue;
    all.push([`${key}.residual.0.weight`, [outputs, inputs, 1, 1]]);
    all.push([`${key}.residual.0.bias`, [outputs]]);
    all.push(...norm(`${key}.residual.1`, outputs));
  }
  const last = BLOCKS.at(-1)?.[0] ?? 3;
  all.push(["fcn.weight", [CLASSES, last, 1, 1]], ["fcn.bias", [CLASSES]]);
  return all;
}

/** The range of an array's values, by its name and shape. */
function range(key, shape) {
  const within = (a) => {
    const bound = Math.sqrt(a / shape.slice(1).reduce((n, d) => n * d, 1));
    return [-bound, bound];
  };
  if (key.startsWith("edge_importance")) return [0.5, 1.5];
  if (key.endsWith("running_mean")) return [-0.2, 0.2];
  if (key === "data_bn.running_var") return [0.02, 0.1];
  if (key.endsWith("running_var")) return [0.5, 2];
  if (key.endsWith("bias")) return [-0.15, 0.15];
  if (key.endsWith("weight") && shape.length === 1) return [0.5, 1.4];
  if (key === "fcn.weight") return within(12);
  return within(key.endsWith("gcn.conv.weight") ? 6 : 3);
}

const MASK = (1n << 64n) - 1n;

/** 64-bit FNV-1a. */
function fnv(name) {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(name)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & MASK;
  return hash;
}

/** splitmix64 from the name's hash: the top 24 bits of each output as a share of the range. */
function values(name, count, [lo, hi]) {
  const out = new Float32Array(count);
  let state = fnv(name);
  for (let i = 0; i < count; i++) {
    state = (state + 0x9e3779b97f4a7c15n) & MASK;
    let z = ((state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
    out[i] = lo + ((hi - lo) * Number((z ^ (z >> 31n)) >> 40n)) / 2 ** 24;
  }
  return out;
}

/** The state dict: name to { shape, data }. Takes some seconds: 3 million values by 64-bit arithmetic. */
export function portableWeights() {
  const arrays = keys().map(([key, shape]) => {
    const count = shape.reduce((n, d) => n * d, 1);
    return [key, { shape, data: values(key, count, range(key, shape)) }];
  });
  return new Map(arrays);
}

/** The state dict with what it does not say, for sides in other languages: adjacency, parents, strides. */
export function describedWeights() {
  const of = (shape, values) => ({ shape, data: Float32Array.from(values) });
  return new Map([
    ...portableWeights(),
    ["A", of([SUBSETS, JOINTS, JOINTS], adjacency())],
    ["parents", of([JOINTS], PARENTS)],
    [
      "strides",
      of(
        [BLOCKS.length],
        BLOCKS.map(([, stride]) => stride),
      ),
    ],
  ]);
}

/** Products over the channels that a temporal convolution takes for `frames` frames of its result. */
const byTaps = (frames) => frames * TAPS;
/** The same in overlapping tiles, as our engine on the CPU: crate/src/kernel/cpu/minimal/mod.rs. */
const byTiles = (frames, stride) => (stride === 1 ? Math.ceil(frames / 8) * 23 : Math.ceil(frames / 12) * 46);

/** {@link forwardFlops} that our engine on the CPU computes; transforms are left out, too. */
export const computedFlops = (frames) => forwardFlops(frames, byTiles);

/**
 * Floating-point operations of a forward pass, counting a multiply and an add as two. The backward pass to the input,
 * the other half of a step, has as many. Without normalisation, ReLU and losses; the graph product counts as dense.
 */
export function forwardFlops(frames, conv = byTaps) {
  let sum = 0;
  let t = frames;
  for (const { inputs, outputs, stride, residual } of blocks) {
    const after = Math.ceil(t / stride);
    sum += t * JOINTS * SUBSETS * outputs * (inputs + JOINTS);
    sum += conv(after, stride) * JOINTS * outputs * outputs;
    if (residual === "projection") sum += after * JOINTS * inputs * outputs;
    t = after;
  }
  return 2 * sum;
}
