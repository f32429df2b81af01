// Seconds of an attack step and of a forward pass in one Chromium: our engine beside ONNX Runtime, TensorFlow.js and
// PyTorch, on the same network, weights and clip. Needs web/pkg (npm run build). Prints a table, writes
// docs/bench/browser.json and docs/BENCH.md. The options: `npm run bench -- --help`.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { chromium as playwright } from "@playwright/test";
import { ATTACK, clipOf } from "../bench/clip.js";
import { Bench } from "../bench/measure.js";
import { computedFlops, describedWeights, forwardFlops, portableWeights } from "../bench/network.js";
import { sections } from "../bench/report.js";
import { serve } from "../bench/server.js";
import { BrowserSide, chosen, SIDES, TorchSide } from "../bench/sides.js";
import { readTensors, writeTensors } from "../bench/tensors.js";
import { launchOptions } from "./browsing.mjs";
import { output, root, run, target } from "./tools.mjs";
import { buildStock } from "./wasm.mjs";

const HELP = `npm run bench -- [options]
  --side WORDS        only these sides, with commas between, and ours-wasm; a word that is no side's name stands for all
                      sides whose names begin with it
                      (${Object.keys(SIDES).join(", ")})
  --frames LIST       lengths of the clip, multiples of 4 (64,300)
  --check-frames N    length of the clip on which the sides' answers are compared (64: also with the golden case)
  --rounds N          rounds a side (7)
  --max-seconds N     a side that takes longer in a table gives fewer rounds, and the report says so (300)
  --product N         size of the matrix product, a multiple of 64; 0 leaves it out (1024)
  --memory-steps N    steps of ours after which memory must be what it was; 0 leaves it out (1000)
  --no-tf             without TensorFlow.js
  --no-onnx           without ONNX Runtime
  --browser-flag F    one more flag for Chromium, as often as needed
                      (a GPU: --use-angle=vulkan --enable-features=Vulkan)
  --headed            with a window
  --out FILE          where the results go (docs/bench/browser.json)`;

const text = (fallback) => ({ type: "string", default: fallback });
const { values: options } = parseArgs({
  options: {
    side: text(""),
    frames: text("64,300"),
    "check-frames": text("64"),
    rounds: text("7"),
    "max-seconds": text("300"),
    product: text("1024"),
    "memory-steps": text("1000"),
    "no-tf": { type: "boolean", default: false },
    "no-onnx": { type: "boolean", default: false },
    "browser-flag": { type: "string", multiple: true, default: [] },
    headed: { type: "boolean", default: false },
    out: text(join(root, "docs/bench/browser.json")),
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
if (!existsSync(join(root, "web/pkg/engine/engine_bg.wasm"))) fail("There is no engine. Run: npm run build");

const settings = {
  frames: options.frames.split(",").map((word) => whole(word, 4)),
  checkFrames: whole(options["check-frames"], 4),
  rounds: whole(options.rounds),
  maxSeconds: whole(options["max-seconds"]),
  productSize: whole(options.product, 64, 0),
  memorySteps: whole(options["memory-steps"], 1, 0),
};
const goldenCase = readTensors(file("tests/golden/stgcn_case_T64.safetensors"));
const clip = (frames) => clipOf(goldenCase.get("x0").data, frames);
const say = (line) => console.error(`  ${line}`);
const bench = new Bench({ ...settings, checkClip: clip(settings.checkFrames) }, say);
const started = { date: new Date().toISOString().slice(0, 16).replace("T", " "), load: loadavg()[0] };

const graphs = join(target, "tmp/onnx-graphs");
// One module for all sides of ours: Burn's own kernels are in it if they take part.
const names = chosen(options.side.split(",").filter(Boolean));
const stock = names.some((name) => SIDES[name].load?.kernels === "stock");
if (stock) buildStock();
const engine = join(root, "web/pkg", stock ? "stock" : "engine");
const server = await serve(
  root,
  { "/made/weights.safetensors": writeTensors(portableWeights()) },
  engine,
  graphs,
);
const browser = await playwright.launch({
  ...launchOptions(options["browser-flag"]),
  headless: !options.headed,
});
let environment = null;
try {
  const page = await browser.newPage();
  page.on("console", (message) => message.type() === "error" && say(`the page: ${message.text()}`));
  await page.goto(server.address);
  await page.waitForFunction(() => window.bench);
  environment = { browser: browser.version(), ...(await page.evaluate(() => window.bench.environment())) };
  for (const name of present(names)) {
    await bench.enter(name, SIDES[name].torch ? torchSide(name) : new BrowserSide(page, name));
    if (name === "ours-wasm" && bench.sides.has(name)) bench.compareWithGolden(goldenCase);
    if (!bench.sides.has("ours-wasm")) throw new Error("without ours-wasm there is nothing to compare with");
  }
  for (const frames of settings.frames) {
    const [flops, computed] = [forwardFlops(frames), computedFlops(frames)];
    await bench.times("step", frames, 2 * flops, 2 * computed);
    await bench.times("forward", frames, flops, computed);
  }
  if (settings.productSize > 0) await bench.roofs();
  for (const name of ["ours-wasm", "ours-webgpu"]) await bench.memory(name, settings.frames[0]);
} finally {
  await browser.close();
  server.close();
  for (const { side } of bench.sides.values()) if (side instanceof TorchSide) side.close();
}
finish();

/** Which of the sides can be there at all; the reasons why others cannot go into the results. */
function present(names) {
  const tf = names.filter((name) => name.startsWith("tf-"));
  const onnx = names.filter((name) => SIDES[name].onnx);
  const reasons = {
    tf: options["no-tf"] ? "--no-tf was given" : tf.length > 0 && installed("@tensorflow/tfjs"),
    onnx: options["no-onnx"]
      ? "--no-onnx was given"
      : onnx.length > 0 && (installed("onnxruntime-web") || drawGraphs()),
    torch: !existsSync(python("torch")) && absent("PyTorch"),
  };
  return names.filter((name) => {
    const reason = reasons[tf.includes(name) ? "tf" : onnx.includes(name) ? "onnx" : "torch"];
    const left = reason && (tf.includes(name) || onnx.includes(name) || SIDES[name].torch);
    if (left) bench.skip(name, reason);
    return !left;
  });
}

/** The Python of an environment that the native bench has made. */
function python(library) {
  return join(target, "tmp", library, "bin/python");
}

function absent(library) {
  return `${library} is not there; \`cargo bench -p ciasa --features cli\` installs it`;
}

/** What ours is measured against is no dependency of the page: it comes into its own folder. Why it did not, if so. */
function installed(name) {
  const folder = join(root, "web/bench");
  const place = join(folder, "node_modules", name, "package.json");
  const { dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (existsSync(place) && JSON.parse(readFileSync(place, "utf8")).version === dependencies[name])
    return false;
  say("installing TensorFlow.js and ONNX Runtime into web/bench (500 MB)");
  const quiet = ["--no-audit", "--no-fund", "--ignore-scripts"];
  return run("npm", ["ci", ...quiet, "--prefix", folder]) ? false : `${name} could not be installed`;
}

/** Writes ONNX Runtime's graphs, those of the native bench, for all lengths of the clip. Why it could not, if so. */
function drawGraphs() {
  if (!existsSync(python("onnx"))) return absent("onnx");
  say("drawing ONNX Runtime's graphs");
  mkdirSync(graphs, { recursive: true });
  const weights = join(graphs, "weights.safetensors");
  writeFileSync(weights, writeTensors(describedWeights()));
  const frames = new Set([...settings.frames, settings.checkFrames]);
  const shapes = ["--frames", [...frames].join(","), "--product", options.product];
  const words = ["--weights", weights, "--attack", JSON.stringify(ATTACK), ...shapes];
  const script = join(root, "crate/benches/attack/onnx_graph.py");
  return run(python("onnx"), [script, ...words, "--out", graphs]) ? false : "its graphs could not be made";
}

function torchSide(name) {
  const clips = (frames) => {
    const place = join(tmpdir(), `ciasa-bench-${frames}.f32`);
    writeFileSync(place, clip(frames));
    return place;
  };
  return new TorchSide(name, {
    python: python("torch"),
    script: join(root, "crate/benches/attack/torch_side.py"),
    clips,
  });
}

function finish() {
  const sides = Object.entries(SIDES).map(([name, { roof }]) => {
    const { load = null, first = null, version = "", detail = "" } = bench.entered.get(name) ?? {};
    return [name, { roof, load, first, version, detail }];
  });
  const commit = output("git", ["rev-parse", "--short", "HEAD"]);
  const changed = output("git", ["status", "--porcelain", "--untracked-files=no"]);
  const result = {
    command: `npm run bench${process.argv.length > 2 ? ` -- ${process.argv.slice(2).join(" ")}` : ""}`,
    date: started.date,
    machine: {
      processor: cpus()[0]?.model ?? "unknown",
      cores: cpus().length,
      memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
      system: process.platform,
      load: `${started.load.toFixed(1)} before, ${loadavg()[0].toFixed(1)} after`,
    },
    versions: { commit: `${commit}${changed ? " with changes" : ""}`, node: process.versions.node },
    environment,
    settings,
    sides: Object.fromEntries(sides.filter(([name]) => bench.entered.has(name))),
    ...bench.result,
  };
  const place = resolve(options.out);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, `${JSON.stringify(result, null, 1)}\n`);
  console.log(JSON.stringify(result));
  console.log(`\n${sections(result).join("\n\n")}\n`);
  console.log(`The results are in ${relative(process.cwd(), place)}.`);
  if (dirname(place) === join(root, "docs/bench")) run(process.execPath, ["web/scripts/bench-report.mjs"]);
}

/** A file of the repository as an ArrayBuffer. */
function file(path) {
  const bytes = readFileSync(join(root, path));
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

function whole(word, multiple = 1, least = multiple) {
  const value = Number(word);
  if (Number.isInteger(value) && value % multiple === 0 && value >= least) return value;
  return fail(`${word} is not a multiple of ${multiple} from ${least} on. See: npm run bench -- --help`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
