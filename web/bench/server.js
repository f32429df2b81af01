// Serves the bench's page and the files of its workers, cross-origin isolated so that every side can use threads.
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/**
 * Starts on a free port; `made` maps addresses to bytes, `engine` is the folder of our engine, `graphs` that of ONNX
 * graphs. Returns the address and a function that stops it.
 */
export async function serve(root, made, engine, graphs) {
  const folders = {
    bench: join(root, "web/bench"),
    engine,
    tf: join(root, "web/bench/node_modules/@tensorflow"),
    ort: join(root, "web/bench/node_modules/onnxruntime-web/dist"),
    onnx: graphs,
    golden: join(root, "tests/golden"),
    models: join(root, "models"),
  };
  const find = (address) => {
    const { pathname } = new URL(address, "http://localhost");
    if (made[pathname]) return made[pathname];
    const [, folder, ...rest] = (pathname === "/" ? "/bench/page.html" : pathname).split("/");
    const base = folders[folder];
    const file = base && normalize(join(base, ...rest));
    return file?.startsWith(base + sep) && existsSync(file) && statSync(file).isFile()
      ? readFileSync(file)
      : null;
  };
  const server = createServer((request, response) => {
    const body = find(request.url ?? "/");
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    response.writeHead(body ? 200 : 404, {
      "Content-Type": TYPES[extname(path === "/" ? "page.html" : path)] ?? "application/octet-stream",
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
      "Cross-Origin-Resource-Policy": "same-origin",
    });
    response.end(body ?? "not found\n");
  });
  await new Promise((resolve) => server.listen(0, "localhost", resolve));
  return { address: `http://localhost:${server.address().port}/`, close: () => server.close() };
}
