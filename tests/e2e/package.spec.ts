// The npm package: it is packed, installed into a fresh Vite project, and served from another origin.
import { execFileSync } from "node:child_process";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { expect, test } from "@playwright/test";
import type { CiasaPlayground } from "../../web/src/element/element.ts";
import type { CiasaPlaygroundElement } from "../../web/src/element/public.ts";

/** The compiler checks here that the package's types are the element's. */
export const typed = (element: CiasaPlayground): CiasaPlaygroundElement => element;

// MediaPipe's estimator and its models are 9 MB of it.
const BUDGET_BYTES = 56_000_000;
let project = "";
let size = 0;

test.beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "ciasa-package-"));
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", project], {
      encoding: "utf8",
    }),
  );
  size = packed.size;
  writeFileSync(join(project, "package.json"), '{ "name": "host", "private": true, "type": "module" }');
  const words = ["install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  execFileSync("npm", [...words, join(project, packed.filename)], { cwd: project, stdio: "pipe" });
});

const installed = (path: string) => join(project, "node_modules/ciasa-playground", path);

test("the package fits its budget and holds what it names", () => {
  expect(size).toBeLessThan(BUDGET_BYTES);
  const { exports, customElements, dependencies } = JSON.parse(
    readFileSync(installed("package.json"), "utf8"),
  );
  for (const path of [exports["."].types, exports["."].default, customElements, "dist/models/manifest.json"])
    expect(existsSync(installed(path)), path).toBe(true);
  expect(existsSync(installed("dist/ciasa-playground.js.br"))).toBe(false);
  expect(existsSync(installed("crate"))).toBe(false);
  // Everything is in the build.
  expect(dependencies).toBeUndefined();
});

test("the custom-elements manifest names what the element has", async ({ page }) => {
  const { modules } = JSON.parse(readFileSync(installed("dist/custom-elements.json"), "utf8"));
  const [declaration] = modules[0].declarations;
  await page.goto("/");
  await page.waitForFunction(() => customElements.get("ciasa-playground"));
  const seen = await page.evaluate(() => {
    const kind = customElements.get("ciasa-playground") as unknown as { observedAttributes: string[] };
    const { prototype } = kind as unknown as { prototype: object };
    return { attributes: kind.observedAttributes, names: Object.getOwnPropertyNames(prototype) };
  });
  const names = (list: { name: string }[]) => list.map(({ name }) => name).sort();
  expect(names(declaration.attributes)).toEqual([...seen.attributes].sort());
  const methods = declaration.members.filter((member: { kind: string }) => member.kind === "method");
  expect(methods.length).toBeGreaterThan(9);
  for (const name of names(methods)) expect(seen.names).toContain(name);
  expect(names(declaration.events)).toEqual(["ciasa-done", "ciasa-error", "ciasa-lab-done", "ciasa-report"]);
  expect(names(declaration.cssParts)).toContain("stage");
  expect(names(declaration.slots)).toEqual(["", "title"]);
});

test("a fresh Vite project type-checks against the package and builds", () => {
  mkdirSync(join(project, "public"), { recursive: true });
  writeFileSync(
    join(project, "index.html"),
    '<ciasa-playground></ciasa-playground><script type="module" src="/main.ts"></script>',
  );
  writeFileSync(
    join(project, "main.ts"),
    `import type { CiasaPlaygroundElement } from "ciasa-playground";
const element: CiasaPlaygroundElement | null = document.querySelector("ciasa-playground");
element?.addEventListener("ciasa-report", ({ detail }) => console.log(detail.iteration));
const script = "./ciasa/ciasa-playground.js";
await import(/* @vite-ignore */ script);
element?.run();
`,
  );
  const run = (program: string, ...args: string[]) =>
    execFileSync(process.execPath, [join("node_modules", program), ...args], {
      stdio: "pipe",
      encoding: "utf8",
    });
  const compilerOptions = {
    ...{ noEmit: true, strict: true, target: "es2022", module: "esnext", moduleResolution: "bundler" },
    ...{ lib: ["es2023", "dom"], types: [] },
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["main.ts"] }));
  run("typescript/bin/tsc", "-p", project);
  run("vite/bin/vite.js", "build", project);
  expect(existsSync(join(project, "dist/index.html"))).toBe(true);
});

/** A page at localhost with elements of 127.0.0.1; the second waits for a click, so that one engine computes. */
const plain = (port: number): string => {
  const hide = "header gallery curves figures exports lab explain";
  const one = (rest: string) => `<ciasa-playground engine="cpu" hide="${hide}" ${rest}></ciasa-playground>`;
  return `<!doctype html><html lang="en"><title>A page</title>${one('id="a"')}${one('id="b" manual-engine')}
    <script type="module" src="http://127.0.0.1:${port}/ciasa-playground.js"></script></html>`;
};

/** Serves the installed package from an origin of its own, with CORS alone. */
async function elsewhere(): Promise<{ server: Server; page: string }> {
  const types: Record<string, string> = {
    ".js": "text/javascript",
    ".wasm": "application/wasm",
    ".css": "text/css",
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://x");
    // A page that the test makes up has no address space, and Chromium lets it load nothing from this machine.
    if (pathname === "/plain.html")
      return response.writeHead(200, { "Content-Type": "text/html" }).end(plain(port()));
    const path = installed(join("dist", pathname));
    if (!existsSync(path) || !statSync(path).isFile()) return response.writeHead(404).end();
    response.writeHead(200, {
      "Content-Type": types[extname(path)] ?? "application/octet-stream",
      "Access-Control-Allow-Origin": "*",
    });
    return createReadStream(path).pipe(response);
  });
  const port = () => (server.address() as AddressInfo).port;
  await new Promise<void>((done) => server.listen(0, () => done()));
  return { server, page: `http://localhost:${port()}/plain.html` };
}

test("two elements of another origin work in plain HTML", async ({ page }) => {
  const { server, page: address } = await elsewhere();
  try {
    await page.goto(address);
    await expect(page.locator("#a ciasa-verdict .before")).toContainText("%");
    await page.locator("#b").scrollIntoViewIfNeeded();
    await expect(page.locator("#b canvas.painted")).toBeVisible();
  } finally {
    server.close();
  }
});
