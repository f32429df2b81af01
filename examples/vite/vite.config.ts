import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  // What `npm run build` made: the element, its modules, models and clips.
  publicDir: "../../dist",
  build: { outDir: "../../target/example-vite", emptyOutDir: true, copyPublicDir: false },
});
