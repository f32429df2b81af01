// Everything that the page needs, into dist/: the modules, the page, the models and the clips.
import { cpSync } from "node:fs";
import { join } from "node:path";
import { local, must, root } from "./tools.mjs";

must(process.execPath, ["web/scripts/wasm.mjs"]);
must(process.execPath, [local("vite/bin/vite.js"), "build"]);
cpSync(join(root, "models"), join(root, "dist/models"), { recursive: true });
