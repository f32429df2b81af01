// The page's folders form layers: imports go downwards only, and no two files import each other, directly or in a
// circle. The layers are a table in ARCHITECTURE.md. Reads the sources; needs no browser.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import { expect, test } from "@playwright/test";

/** Each folder of web/src with the folders that it may import: the table under "Layers of the page". */
const layers = table(readFileSync("ARCHITECTURE.md", "utf8"));

function table(text: string): Record<string, string[]> {
  const section = text.split("## Layers of the page")[1]?.split("\n## ")[0] ?? "";
  const names = (cell = "") => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return Object.fromEntries(
    rows.map((row) => {
      const cells = row.replace(/^\||\|$/g, "").split(" | ");
      return [names(cells[0])[0] ?? "", [...names(cells.at(-1)), "generated"]];
    }),
  );
}

const root = "web/src";

const sources = readdirSync(root, { recursive: true })
  .map((path) => String(path).replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".ts"));

/** The source files that a file imports: with values, as types, dynamically, or as a worker's script. */
function importsOf(path: string): string[] {
  const text = readFileSync(join(root, path), "utf8");
  return [...text.matchAll(/(?:from|import|import\()\s*"(\.{1,2}\/[^"?]+)/g)]
    .map(([, specifier = ""]) => normalize(join(dirname(path), specifier)))
    .filter((target) => !target.startsWith("../"));
}

const layerOf = (path: string) => path.split("/")[0] ?? "";
const imports = new Map(sources.map((path) => [path, importsOf(path)]));

test("every folder of the page is a layer, and imports go downwards only", () => {
  const wrong: string[] = [];
  let seen = 0;
  for (const [path, targets] of imports) {
    const allowed = layers[layerOf(path)];
    if (!allowed) wrong.push(`${path}: its folder is no layer; add it to the table`);
    for (const target of targets) {
      seen += 1;
      if (!imports.has(target)) wrong.push(`${path} imports ${target}, which does not exist`);
      const [from, to] = [layerOf(path), layerOf(target)];
      if (from !== to && !allowed?.includes(to)) wrong.push(`${path} imports ${target}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(seen, "imports found in web/src").toBeGreaterThan(200);
});

test("the table names no import that is not used, and no layer that is not there", () => {
  const used = new Map(Object.keys(layers).map((layer) => [layer, new Set<string>()]));
  for (const [path, targets] of imports) {
    for (const target of targets) used.get(layerOf(path))?.add(layerOf(target));
  }
  const spare = Object.entries(layers).flatMap(([layer, allowed]) =>
    allowed.filter((to) => !used.get(layer)?.has(to)).map((to) => `${layer} -> ${to}`),
  );
  // The types that are generated from Rust may be used by any layer.
  expect(spare.filter((one) => !one.endsWith("-> generated"))).toEqual([]);
  const folders = new Set(sources.map(layerOf));
  expect(Object.keys(layers).filter((layer) => layer !== "generated" && !folders.has(layer))).toEqual([]);
});

test("no files import each other in a circle", () => {
  const circles: string[] = [];
  const finished = new Set<string>();
  const visit = (path: string, trail: string[]) => {
    const start = trail.indexOf(path);
    if (start >= 0) circles.push([...trail.slice(start), path].join(" -> "));
    if (start >= 0 || finished.has(path)) return;
    for (const target of imports.get(path) ?? []) visit(target, [...trail, path]);
    finished.add(path);
  };
  for (const path of sources) visit(path, []);
  expect(circles).toEqual([]);
});
