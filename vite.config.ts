import { defineConfig } from "vite";
// @ts-expect-error: a script without types
import { firstNetwork } from "./web/scripts/first-network.mjs";
// @ts-expect-error: a script without types
import { preloads } from "./web/scripts/preloads.mjs";

/** Browsers give threads to pages that are isolated from other origins only. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  // Every address in the build is relative: the folder can be served from anywhere, also from a sub-path.
  base: "./",
  plugins: [preloads()],
  define: { FIRST_WEIGHTS: JSON.stringify(firstNetwork()) },
  publicDir: "web/public",
  // A missing file is a 404, not the page: a missing model must not arrive as HTML.
  appType: "mpa",
  build: {
    outDir: "dist",
    target: "es2022",
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        // The one public name: other pages embed the element by loading this file.
        entryFileNames: "ciasa-playground.js",
      },
    },
  },
  worker: { format: "es" },
  // The Rust sources and what is built of them: the modules in web/pkg are enough to watch.
  server: {
    port: 8080,
    strictPort: true,
    headers,
    watch: { ignored: ["**/target/**", "**/crate/**", "**/dist/**"] },
  },
  preview: { port: 8080, strictPort: true, headers },
});
