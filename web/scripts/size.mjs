// Compressed bytes (brotli, as a server would send them) before the first picture, before the first attack and before
// the camera's first pose, from dist/. Fails where a budget is exceeded.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { root } from "./tools.mjs";

const dist = join(root, "dist");
const budgets = {
  picture: 700_000,
  engine: 1_200_000,
  gpu: 2_400_000,
  model: 6_000_000,
  pose: 12_000_000,
  body: 300_000,
};

if (!existsSync(join(dist, "index.html"))) {
  console.error("There is no dist/. Run: npm run build");
  process.exit(1);
}

/** The build writes compressed copies of all but the small files. */
function compressed(path) {
  const copy = join(dist, `${path}.br`);
  if (existsSync(copy)) return statSync(copy).size;
  return brotliCompressSync(readFileSync(join(dist, path))).length;
}

// Compressed copies, headers, the types of the npm package and the bill of materials are not what a visitor downloads.
const isVisitors = (path) =>
  !/\.(br|gz|d\.ts)$|(^|\/)(_headers|\.htaccess|\.nojekyll|custom-elements\.json|bom\.cdx\.json)$/.test(path);
const files = readdirSync(dist, { recursive: true })
  .map(String)
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => statSync(join(dist, path)).isFile() && isVisitors(path));
/** The engine for the CPU, with what both engines share. */
const isEngine = (path) => /(^|\/)(cpu-engine|worker|pool-thread)[^/]*\.(wasm|js)$/.test(path);
/** The engine with WebGPU, in its place where the browser has a GPU adapter. */
const isGpu = (path) => /(^|\/)engine[-_][^/]*\.(wasm|js)$/.test(path);
/** What the camera needs, loaded when a visitor asks for it. */
const isPose = (path) => /^pose\/|(^|\/)(pose-worker|estimator|session)[^/]*\.js$/.test(path);
const index = JSON.parse(readFileSync(join(dist, "clips/index.json"), "utf8"));
const manifest = JSON.parse(readFileSync(join(dist, "models/manifest.json"), "utf8"));

const page = files.filter(
  (path) => !/^(models|clips|body)\//.test(path) && !isEngine(path) && !isGpu(path) && !isPose(path),
);
const groups = {
  picture: [...page, "clips/index.json", `clips/${index[0].file}`],
  engine: files.filter((path) => !path.startsWith("models/") && isEngine(path)),
  gpu: files.filter((path) => !path.startsWith("models/") && isGpu(path)),
  model: ["models/manifest.json", `models/${manifest.models[0].weights[0].file}`],
  pose: files.filter(isPose),
  body: ["body/body.bin"],
};
const titles = {
  picture: "before the first picture",
  engine: "engine for the CPU",
  gpu: "engine with WebGPU, in place of the other",
  model: "model",
  pose: "camera and pose estimator",
  body: "body of the film, loaded when the film is opened",
};

let failed = false;
let total = 0;
for (const [group, paths] of Object.entries(groups)) {
  let sum = 0;
  for (const path of paths) {
    const size = compressed(path);
    sum += size;
    console.log(`  ${size.toLocaleString("en").padStart(10)}  ${path}`);
  }
  if (!["gpu", "pose", "body"].includes(group)) total += sum;
  const fits = sum <= budgets[group];
  failed ||= !fits;
  const verdict = fits ? "within" : "ABOVE";
  console.log(
    `${titles[group]}: ${sum.toLocaleString("en")} bytes, ${verdict} ${budgets[group].toLocaleString("en")}`,
  );
}
console.log(
  `before the first attack on the CPU, all together: ${total.toLocaleString("en")} bytes of brotli`,
);
process.exit(failed ? 1 : 0);
