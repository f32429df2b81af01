// What scripts that open the built page share: a server for dist/, and Chromium as the page's tests start it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { chromium, chromiumSettings, fail, root } from "./tools.mjs";

/** Serves dist/ at this port of localhost; gives the server's process. Ends this process where that fails. */
export async function serveDist(port) {
  if (!existsSync(join(root, "dist/index.html"))) fail("There is no dist/. Run: npm run build");
  const server = spawn(process.execPath, [join(root, "web/scripts/serve.mjs"), port], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve, reject) => {
    server.stdout.once("data", resolve);
    server.once("exit", () => reject(new Error("the page could not be served; see above")));
  }).catch((error) => fail(error.message));
  return server;
}

/** Options of Playwright's `launch`: with WebGL on a machine without a GPU, and with more `flags`. */
export function launchOptions(flags = []) {
  // Whether there is a window is Playwright's to choose.
  const own = chromiumSettings().flags.filter((flag) => !flag.startsWith("--headless"));
  return { executablePath: chromium() ?? undefined, args: [...own, "--enable-unsafe-swiftshader", ...flags] };
}
