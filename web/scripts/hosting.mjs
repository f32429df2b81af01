// What static hosts need beside the page, into dist/: response headers, and files that are compressed already.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { firstNetwork } from "./first-network.mjs";
import { root } from "./tools.mjs";

/** The Content-Security-Policy under which all works; docs/EMBED.md states it, and a test holds the two equal. */
export const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  // The visitor's video file.
  "media-src blob:",
  // Links open files of other origins, and blobs.
  "connect-src 'self' https: blob:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The response headers of every file. */
export const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "cross-origin",
  "Access-Control-Allow-Origin": "*",
  "Content-Security-Policy": policy,
  "X-Content-Type-Options": "nosniff",
};

const lines = (format) => Object.entries(headers).map(([name, value]) => format(name, value));

/** Of each file: its text. Netlify and Cloudflare Pages read `_headers`, Apache reads `.htaccess`. */
const files = {
  _headers: ["/*", ...lines((name, value) => `  ${name}: ${value}`)],
  ".htaccess": [
    "AddType text/javascript .js",
    "AddType application/wasm .wasm",
    "<IfModule mod_headers.c>",
    ...lines((name, value) => `  Header always set ${name} "${value}"`),
    "</IfModule>",
  ],
  // GitHub Pages must not drop files whose names begin with an underscore.
  ".nojekyll": [],
};

/** Weights lose a tenth; below a kilobyte there is nothing to gain. */
const COMPRESSES = [".js", ".css", ".html", ".json", ".svg", ".wasm", ".bin", ".safetensors"];
const compresses = (path) => COMPRESSES.includes(extname(path));
const LEAST_BYTES = 1024;
/** What a first visit waits for is 5 % smaller with the higher quality, which takes ten times as long. */
const QUALITY = { usual: 9, first: 10 };
/** What every first visit downloads, and the engine of those without a GPU. */
const first = [/(viewer|cpu-engine)_bg-.*\.wasm$/, /element-.*\.js$/];

/** Writes the headers' files, and .br and .gz beside what compresses. */
export async function writeHosting(dist) {
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(dist, name), text.map((line) => `${line}\n`).join(""));
  const paths = readdirSync(dist, { recursive: true }).map(String).filter(compresses);
  const network = firstNetwork().map(({ file }) => join("models", file));
  const isFirst = (path) => network.includes(path) || first.some((pattern) => pattern.test(path));
  const large = paths.filter((path) => statSync(join(dist, path)).size >= LEAST_BYTES);
  await Promise.all(
    large.map(async (path) => {
      const bytes = readFileSync(join(dist, path));
      const params = {
        [constants.BROTLI_PARAM_QUALITY]: isFirst(path) ? QUALITY.first : QUALITY.usual,
        [constants.BROTLI_PARAM_LGWIN]: 24,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      };
      const [br, gz] = await Promise.all([
        promisify(brotliCompress)(bytes, { params }),
        promisify(gzip)(bytes, { level: 9 }),
      ]);
      writeFileSync(join(dist, `${path}.br`), br);
      writeFileSync(join(dist, `${path}.gz`), gz);
    }),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await writeHosting(join(root, "dist"));
