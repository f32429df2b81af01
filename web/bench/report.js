// Results as tables, for the terminal and for docs/BENCH.md.
import { find, gflops, median, ratio, single } from "./statistics.js";
import { targets } from "./targets.js";

const three = (value) => (value >= 1000 ? value.toFixed(0) : value.toPrecision(3));
const time = (seconds) => (seconds < 1 ? `${three(seconds * 1000)} ms` : `${three(seconds)} s`);
const share = (value) => `${(value * 100).toFixed(value < 0.1 ? 1 : 0)} %`;
const exponent = (value) => value.toExponential(1);
const orDash = (value, format) => (value === null || value === undefined ? "-" : format(value));

function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const CORES = ["on cores", "without a core"];

/** The table of one case: a number of frames and of clips. */
function caseTable(result, { what = "step", frames, batch, flops, sides }) {
  const measured = sides.some(({ busy = [] }) => busy.length > 0);
  const rows = sides.map((row) => {
    const against = row.against && find(sides, row.against);
    const speed = gflops(flops, row);
    const roof = result.roofs.find(({ roof }) => roof === result.sides[row.side].roof);
    const cores = measured ? [orDash(median(row.busy), time), orDash(median(row.waited), share)] : [];
    const few = row.seconds.length < 5 ? " (few)" : "";
    return [
      row.side,
      time(median(row.seconds)),
      `${time(Math.min(...row.seconds))} to ${time(Math.max(...row.seconds))}`,
      `${row.seconds.length} x ${row.count}${few}`,
      ...cores,
      orDash(against && ratio(row, against), (value) => `${three(value)} x ${row.against}`),
      three(speed),
      orDash(roof, (of) => share(gflops(row.computed ?? flops, row) / gflops(of.flops, of))),
    ];
  });
  const clips = batch === 1 ? "one clip" : `${batch} clips at once`;
  const [unit, units, words] = {
    step: ["a step", "rounds of steps", ""],
    forward: ["a pass", "rounds of passes", ", the forward pass alone"],
  }[what];
  const title = `${frames} frames, ${clips}${words} (${three(flops / 1e9)} GFLOP ${unit})`;
  const head = [
    "side",
    unit,
    "fastest to slowest",
    units,
    ...(measured ? CORES : []),
    "ratio",
    "GFLOP/s",
    "of a large product",
  ];
  return `### ${title}\n\n${table(head, rows)}`;
}

function roofTable(roofs) {
  const rows = roofs.map((row) => {
    const speeds = row.seconds.map((seconds) => row.flops / seconds / 1e9);
    const spread = `${three(Math.min(...speeds))} to ${three(Math.max(...speeds))}`;
    return [row.roof, three(gflops(row.flops, row)), spread, `${row.seconds.length} x ${row.count}`];
  });
  const title = `### Matrix product, ${roofs[0]?.n} x ${roofs[0]?.n}, float32`;
  return `${title}\n\n${table(["of", "GFLOP/s", "slowest to fastest", "rounds x products"], rows)}`;
}

function firstTable(result) {
  const last = single(result);
  const rows = Object.entries(result.sides).flatMap(([side, { load, first }]) => {
    const warm = last && first?.frames === last.frames && find(last.sides, side);
    if (!first || !warm) return [];
    const times = first.seconds / median(warm.seconds);
    return [[side, orDash(load, time), time(first.seconds), time(median(warm.seconds)), three(times)]];
  });
  if (rows.length === 0) return "";
  const head = ["side", "load (model and device)", "first step", "a warm step", "first / warm"];
  return `### The first step after loading, at ${last.frames} frames\n\n${table(head, rows)}`;
}

function memoryTable(memory) {
  if (memory.length === 0) return "";
  const rows = memory.flatMap(({ side, frames, steps, early, late }) =>
    Object.keys(early)
      .filter((key) => early[key] !== null)
      .map((key) => [side, frames, steps, key, early[key], late[key], late[key] - early[key]]),
  );
  const head = ["side", "frames", "steps", "what", "after ten steps", "after all", "growth"];
  return `### Memory (bytes, and live allocations of the GPU)\n\n${table(head, rows)}`;
}

function checkTable(checks) {
  const rows = checks.map(({ side, reference, logits, gradient, moved, ok }) => [
    side,
    reference,
    ...[logits, gradient, moved].map((value) => orDash(value, exponent)),
    ok ? "yes" : "NO: not timed",
  ]);
  const head = ["side", "against", "logits", "gradient to the input", "what the first step moved", "agrees"];
  return `### Do they compute the same? (relative L2)\n\n${table(head, rows)}`;
}

function skippedTable(skipped) {
  if (skipped.length === 0) return "";
  const rows = skipped.map(({ side, frames, reason }) => [
    side,
    frames ?? "all",
    reason.replaceAll("|", "/"),
  ]);
  return `### Left out\n\n${table(["side", "frames", "why"], rows)}`;
}

/** All results of one run, as Markdown. */
export function sections(result) {
  return [
    ...result.cases.filter(({ sides }) => sides.length > 0).map((one) => caseTable(result, one)),
    result.roofs.length > 0 ? roofTable(result.roofs) : "",
    firstTable(result),
    memoryTable(result.memory),
    checkTable(result.checks),
    skippedTable(result.skipped),
  ].filter(Boolean);
}

function flat(value) {
  if (Array.isArray(value)) return value.join(" and ");
  if (value === null || typeof value !== "object") return String(value);
  return Object.entries(value)
    .filter(([, of]) => of !== "")
    .map(([key, of]) => `${key} ${flat(of)}`)
    .join(", ");
}

function header(result) {
  const rows = [
    ["command", `\`${result.command}\``],
    ["date", result.date],
    ...Object.entries(result.machine).map(([key, value]) => [key, flat(value)]),
    ...Object.entries(result.versions).map(([key, value]) => [key, flat(value)]),
    ...Object.entries(result.environment ?? {}).map(([key, value]) => [key, flat(value)]),
    ["settings", flat(result.settings)],
  ];
  const sides = Object.entries(result.sides).filter(([, { version, detail }]) => version || detail);
  const details = sides.map(([side, { version, detail }]) => [
    side,
    [version, detail].filter(Boolean).join(", "),
  ]);
  return table(["", ""], [...rows, ...details]);
}

const INTRODUCTION = `# Benchmarks

Written by \`npm run bench:report\` from \`docs/bench/*.json\`; do not edit by hand. Each file is one run on one
machine: \`npm run bench\` writes \`browser.json\`, \`cargo bench -p ciasa --features cli\` writes \`native.json\`.

A step of the attack is: forward pass, cross-entropy and smoothness, gradient to the clip, Adam, clip to epsilon,
realignment of the bones. The network is ST-GCN with 25 joints, 60 classes and one person; all sides have the same
weights and clip, and all realign. A forward pass recognises the clip, without a gradient. \`onnx-*\` is ONNX
Runtime: the whole step is one graph, its backward pass written by hand
([crate/benches/attack/onnx_graph.py](../crate/benches/attack/onnx_graph.py) says what the three variants are); the
fastest of them counts. \`plain\` is the network as published; \`tuned\` and \`folded\` have the
normalisations folded. \`tuned\` also computes 1x1 convolutions as matrix products and the gradient of the temporal
convolution as a forward convolution. \`ours-*-discriminator\` is our step with the plausibility loss and the
training of the discriminator, \`ours-*-exact\` our step with the exact projection in place of clipping and realignment;
the other libraries have neither. \`stock-webgpu\` is our step on Burn's own
kernels.

Sides take turns, round by round, every second round in reverse order. Times are medians over rounds, ratios are
medians of the ratios within a round, and nothing is compared across files. A side whose logits or gradient differ
is not timed. "Few" marks fewer than five rounds. "On cores" is what all
threads of a side computed in a step, "without a core" how long they were ready while other programs had the cores, in
shares of the time. GFLOP/s count every tap of a convolution, so that a faster way to the same result
shows. "Of a large product" is the speed beside that of the same library's product of two large matrices. It counts
what a side does compute, for ours on the CPU about half. It may exceed 100 %: a large product leaves the caches.
Where a core was missing for more than a few percent the machine was not quiet, and with one thread the time on
cores says more than the clock.`;

/** docs/BENCH.md from all results, [title, result], and hand-written notes. */
export function document(results, notes = "") {
  const parts = results.map(([title, result]) =>
    [`## ${title}`, header(result), targetTable(result), ...sections(result)].filter(Boolean).join("\n\n"),
  );
  return `${[INTRODUCTION, notes, ...parts].filter(Boolean).join("\n\n")}\n`;
}

function targetTable(result) {
  const rows = targets(result).map(({ text, wanted, found, met }) => [
    text,
    wanted,
    found,
    met === null ? "open: other programs had the cores" : met ? "yes" : "no",
  ]);
  if (rows.length === 0) return "";
  return `### Targets\n\n${table(["target", "wanted", "measured", "met"], rows)}`;
}
