// Builds the two WebAssembly modules into web/pkg. Cargo decides what has changed.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { must, output, root, target, wasmBindgenVersion } from "./tools.mjs";

const found = output("wasm-bindgen", ["--version"]);
if (found !== `wasm-bindgen ${wasmBindgenVersion}`) {
  console.error(
    `wasm-bindgen ${wasmBindgenVersion} is needed, found: ${found ?? "none"}. Run: npm run setup`,
  );
  process.exit(1);
}

// Both builds write the same ciasa.wasm, so each is taken before the next one starts.
for (const [name, feature] of [
  ["viewer", "viewer"],
  ["engine", "web"],
]) {
  must("cargo", [
    ...["build", "--release", "-p", "ciasa", "--lib", "--features", feature],
    ...["--target", "wasm32-unknown-unknown"],
  ]);
  const out = join(root, "web/pkg", name);
  mkdirSync(out, { recursive: true });
  must("wasm-bindgen", [
    ...[
      "--target",
      "web",
      "--out-dir",
      out,
      "--out-name",
      name,
      "--remove-name-section",
      "--remove-producers-section",
    ],
    join(target, "wasm32-unknown-unknown/release/ciasa.wasm"),
  ]);
}
