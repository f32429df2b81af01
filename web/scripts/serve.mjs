// Serves dist/, as built. Port: the first argument, else 8080. --open opens the page in the default browser, unless
// --no-open is there, too. --not-isolated leaves out the headers that allow threads.
import { spawn } from "node:child_process";
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { fail, mediaTypes, root, which } from "./tools.mjs";

const dist = join(root, "dist");
const words = process.argv.slice(2);
const port = Number(words.find((word) => !word.startsWith("--")) ?? process.env.PORT ?? 8080);
const isolated = !words.includes("--not-isolated");
const opens = words.includes("--open") && !words.includes("--no-open") && !process.env.CI;

if (!existsSync(join(dist, "index.html"))) fail("There is no dist/. Run: npm start");

/** The file that an address names, or null; never one outside dist. */
function fileOf(address) {
  let path;
  try {
    path = decodeURIComponent(new URL(address, "http://localhost").pathname);
  } catch {
    return null;
  }
  const file = normalize(join(dist, path.endsWith("/") ? `${path}index.html` : path));
  return file.startsWith(dist + sep) && existsSync(file) && statSync(file).isFile() ? file : null;
}

const server = createServer((request, response) => {
  const file = fileOf(request.url ?? "/");
  if (!file) {
    response.writeHead(404, { "Content-Type": "text/plain" }).end("not found\n");
    return;
  }
  response.writeHead(200, {
    "Content-Type": mediaTypes[extname(file)] ?? "application/octet-stream",
    "Content-Length": statSync(file).size,
    // The element may be embedded by pages of other origins.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    // Browsers give threads to pages that are isolated from other origins only.
    ...(isolated
      ? { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" }
      : {}),
    "Cache-Control": "no-cache",
  });
  createReadStream(file).pipe(response);
});

server.on("error", (error) => {
  const isTaken = error.code === "EADDRINUSE";
  fail(isTaken ? `Port ${port} is taken. Try: npm start -- ${port + 1}` : error.message);
});
server.listen(port, () => {
  const address = `http://localhost:${port}`;
  console.log(`The playground is at ${address} (Ctrl+C ends it).`);
  if (opens) open(address);
});

/** Opens the address in the default browser; without a desktop, the printed address has to do. */
function open(address) {
  const desktop = process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  const program = { darwin: "open", win32: "explorer", linux: desktop && "xdg-open" }[process.platform];
  if (program && which(program)) spawn(program, [address], { stdio: "ignore", detached: true }).unref();
}
