// `npm run format`: writes the formatting that the suites fmt and lint check.
import { ensure } from "./needs.mjs";
import { local, must } from "./tools.mjs";

ensure("npm", "rust");
must("cargo", ["fmt", "--all"]);
must("cargo", ["fmt", "--manifest-path", "web/scripts/bindgen/Cargo.toml"]);
must(process.execPath, [local("@biomejs/biome/bin/biome"), "check", "--write"]);
