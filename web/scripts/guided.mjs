// Coverage-guided fuzzing (`npm run fuzz -- --guided TARGET`): libFuzzer over the parsers, on the stable toolchain. The
// compiler counts which code an input reaches; the fuzzer keeps inputs that reach new code.
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { environment, fail, must, output, root, target } from "./tools.mjs";

/** The programs of fuzz/, with a dictionary of tests/fuzz/dictionaries, and the parsers whose finds they begin with. */
const TARGETS = {
  clip: { words: "json", finds: /^clip-(?!openpose)/ },
  "clip-ntu": { program: "clip", words: "ntu", finds: /^clip-ntu/ },
  "clip-bvh": { program: "clip", words: "bvh", finds: /^clip-bvh/ },
  frames: { words: "json", finds: /^clip-openpose/ },
  many: { words: "pickle", finds: /^many-(?!labels)/ },
  labels: { words: "pickle", finds: /^many-labels/ },
  result: { words: "json", finds: /^result/ },
  weights: { words: "pickle", finds: /^weights/ },
  settings: { words: "json", finds: /^settings/ },
  manifest: { words: "json", finds: /^manifest/ },
  messages: { words: "json", finds: /^messages/ },
};

/** Counters of edges and tables of comparisons, as libFuzzer reads them. Sanitizers need the nightly toolchain. */
const COVERAGE = [
  "--cfg fuzzing -Cpasses=sancov-module",
  ...["level=4", "inline-8bit-counters", "pc-table", "trace-compares"].map(
    (what) => `-Cllvm-args=-sanitizer-coverage-${what}`,
  ),
].join(" ");

/** Builds a target and runs it for so many minutes. */
export function guided(name, minutes) {
  const chosen = TARGETS[name];
  if (!chosen) fail(`There is no target ${name}. The targets are: ${Object.keys(TARGETS).join(", ")}`);
  const host = /^host: (.*)$/m.exec(output("rustc", ["-vV"]) ?? "")?.[1];
  if (!host) fail("rustc did not say for which machine it compiles.");
  const program = chosen.program ?? name;
  const folder = join(root, "fuzz");
  const built = join(target, "guided");
  // With --target, the flags are not for build scripts and macros.
  must("cargo", ["build", "--release", "--target", host, "--bin", program], {
    cwd: folder,
    env: { ...environment, RUSTFLAGS: COVERAGE, CARGO_TARGET_DIR: built },
  });
  const [corpus, artifacts] = ["corpus", "artifacts"].map((one) => join(folder, one, name));
  for (const one of [corpus, artifacts]) mkdirSync(one, { recursive: true });
  const kept = join(root, "tests/fuzz/corpus");
  const finds = readdirSync(kept).filter((parser) => chosen.finds.test(parser));
  const fixtures = ["tests/fixtures", "tests/fixtures/cases"];
  must(
    join(built, host, "release", program),
    [
      corpus,
      ...finds.map((parser) => join(kept, parser)),
      ...fixtures.map((one) => join(root, one)),
      `-dict=${join(root, "tests/fuzz/dictionaries", `${chosen.words}.dict`)}`,
      `-max_total_time=${Math.round(60 * minutes)}`,
      `-artifact_prefix=${artifacts}/`,
      "-rss_limit_mb=2048",
      "-timeout=20",
      "-print_final_stats=1",
    ],
    { stdio: "inherit" },
  );
}
