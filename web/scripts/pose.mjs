// The pose estimator's files: MediaPipe's module and models, from the npm packages, into web/public/pose and
// web/pkg/pose. `node web/scripts/pose.mjs full` makes the larger model, too.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { withNormalisation } from "./pose/tflite.mjs";
import { stored } from "./pose/zip.mjs";
import { fail, local, root } from "./tools.mjs";

const MODULE = local("@mediapipe/tasks-vision/wasm/vision_wasm_internal");
const MODELS = local("@mediapipe/pose");
const VARIANTS = ["lite", "full"];
/** How each model's training scaled the picture. */
const DETECTOR = { mean: 127.5, deviation: 127.5 };
const LANDMARKS = { mean: 0, deviation: 255 };

const NOTICE = `// From the npm package @mediapipe/tasks-vision (Apache-2.0). Changed: this beginning, and the export.
// The script declares this function in a block; in a module that is not seen outside the block.
const custom_dbg = console.debug;
`;
/** Where MediaPipe's script begins to export itself for other loaders. */
const EXPORTS = "if (typeof exports === 'object'";
const TYPES = `/** Makes the module; MediaPipe's own code calls it. */
declare const factory: (module?: object) => Promise<object>;
export default factory;
`;

/** Writes the files of the named variants. */
export function buildPose(variants = ["lite"]) {
  const [served, bundled] = [join(root, "web/public/pose"), join(root, "web/pkg/pose")];
  for (const folder of [served, bundled]) mkdirSync(folder, { recursive: true });
  copyFileSync(`${MODULE}.wasm`, join(served, "vision.wasm"));
  const script = readFileSync(`${MODULE}.js`, "utf8");
  const end = script.lastIndexOf(EXPORTS);
  if (end < 0) fail(`${MODULE}.js does not end as expected: another version is installed. Run: npm ci`);
  writeFileSync(
    join(bundled, "vision.js"),
    `${NOTICE}${script.slice(0, end)}export default ModuleFactory;\n`,
  );
  writeFileSync(join(bundled, "vision.d.ts"), TYPES);
  const detector = readFileSync(join(MODELS, "pose_solution_packed_assets.data"));
  for (const variant of variants) {
    const landmarks = readFileSync(join(MODELS, `pose_landmark_${variant}.tflite`));
    const bundle = stored([
      ["pose_detector.tflite", withNormalisation(detector, DETECTOR)],
      ["pose_landmarks_detector.tflite", withNormalisation(landmarks, LANDMARKS)],
    ]);
    writeFileSync(join(served, `pose-${variant}.task`), bundle);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const words = process.argv.slice(2);
  const unknown = words.find((word) => !VARIANTS.includes(word));
  if (unknown) fail(`There is no pose model ${unknown}. The models are: ${VARIANTS.join(", ")}`);
  buildPose(["lite", ...words.filter((word) => word !== "lite")]);
}
