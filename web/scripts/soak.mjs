// The soak: one page takes thousands of steps, shows thousands of clips, loads networks and restarts its engine, and
// may not hold more in the last tenth than in the first. Fails where it does. Linux only: it counts the browser's
// threads.
// The options: `npm run soak -- --help`. Needs dist/ (npm run build).
import { parseArgs } from "node:util";
import { serveDist } from "./browsing.mjs";
import { SoakPage } from "./soak/page.mjs";
import { GROWTH, mb, verdict } from "./soak/verdict.mjs";
import { chromium, chromiumSettings, fail } from "./tools.mjs";

const HELP = `npm run soak -- [options]
  --device D       cpu, or webgpu (cpu)
  --steps N        steps of the attack (10000)
  --clips N        changes of the clip (1000)
  --networks N     rounds of the networks that read the clip (20)
  --restarts N     restarts of the engine (100)
  --frames N       frames to which networks bring a clip, and of the clip that steps attack; 0: their own number (0).
                   On an emulated GPU a step takes seconds; with few frames it has the same tensors, but shorter ones
  --settings TEXT  more settings, as in a link of the playground (mode=advanced)
  --port N         port of the page (8489)
0 leaves a part out.`;

const text = (fallback) => ({ type: "string", default: fallback });
const { values: options } = parseArgs({
  options: {
    device: text("cpu"),
    steps: text("10000"),
    clips: text("1000"),
    networks: text("20"),
    restarts: text("100"),
    frames: text("0"),
    settings: text("mode=advanced"),
    port: text("8489"),
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
if (!["cpu", "webgpu"].includes(options.device)) fail("--device: cpu or webgpu");
if (process.platform !== "linux") fail("Only Linux says what a process holds (/proc).");
if (!chromium()) fail("There is no Chromium. Run: npm run setup browser");
const PARTS = ["steps", "clips", "networks", "restarts"];
const plan = PARTS.map((part) => {
  const count = Number(options[part]);
  // Its tenths are compared.
  if (!Number.isInteger(count) || count < 0 || count % 10 !== 0) fail(`--${part}: a multiple of 10, or 0`);
  return { part, count };
});
const frames = Number(options.frames);
if (!Number.isInteger(frames) || frames < 0) fail("--frames: a whole number");
/** Measurements in the first tenth, and in the last. */
const SAMPLES = 5;

const server = await serveDist(options.port);
const address = `http://localhost:${options.port}/#engine=${options.device}&${options.settings}`;
const flags = [...chromiumSettings().flags, "--enable-unsafe-swiftshader"];
const soak = await SoakPage.open(chromium(), flags, address, { frames, hidden: options.device === "webgpu" });
let failed = false;
try {
  const { bytes, wasm, gpu } = await soak.held();
  console.log(
    `after the first label: ${mb(bytes)} MB in page and workers, ${mb(wasm)} of them the engine's; ` +
      `${mb(gpu)} MB on the GPU`,
  );
  for (const { part, count } of plan.filter(({ count }) => count > 0)) {
    // Each round of networks ends with the same one, so that like is compared with like.
    const round = part === "networks" ? await soak.kinds() : 1;
    const { fits, words } = await tenths(soak, part, count / 10, round);
    failed ||= !fits;
    const end = fits ? "steady" : `grows by more than ${100 * GROWTH} %`;
    console.log(`${count * round} ${part}: ${words}: ${end}`);
  }
  for (const error of soak.errors) console.log(`the page reported: ${error}`);
  failed ||= soak.errors.length > 0;
} finally {
  await soak.close();
  server.kill();
}
process.exit(failed ? 1 : 0);

/** Does a part in ten tenths of so many rounds; measures during the first and the last one. */
async function tenths(soak, part, tenth, round) {
  const started = Date.now();
  const held = [];
  for (let i = 0; i < 10; i += 1) {
    const samples = i === 0 || i === 9 ? Math.min(SAMPLES, tenth) : 1;
    const during = [];
    for (let k = 0; k < samples; k += 1) {
      const share = Math.floor(((k + 1) * tenth) / samples) - Math.floor((k * tenth) / samples);
      await soak[part](share * round);
      during.push(await soak.held());
    }
    held.push(during);
    const left = ((Date.now() - started) / (i + 1)) * (9 - i);
    const now = during[during.length - 1];
    console.error(
      `${part}: ${(i + 1) * 10} %, ${mb(now.bytes)} MB, ${mb(now.wasm)} of them the engine's, ` +
        `about ${Math.ceil(left / 60_000)} min left`,
    );
  }
  return verdict(held[0], held[9]);
}
