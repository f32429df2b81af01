// Everything that the page needs, into dist/: the modules, the page, the models and the clips.
import { cpSync } from "node:fs";
import { join } from "node:path";
import { writeHosting } from "./hosting.mjs";
import { ensure } from "./needs.mjs";
import { writeOffline } from "./offline.mjs";
import { writePackage } from "./package.mjs";
import { buildPose } from "./pose.mjs";
import { local, must, root } from "./tools.mjs";
import { buildModules } from "./wasm.mjs";

ensure("npm", "linker", "rust", "bindgen");
buildModules();
buildPose();
must(process.execPath, [local("vite/bin/vite.js"), "build"]);
cpSync(join(root, "models"), join(root, "dist/models"), { recursive: true });
writePackage(join(root, "dist"));
writeOffline(join(root, "dist"));
await writeHosting(join(root, "dist"));
