// What the npm package carries beside the page, into dist/: its types and its custom-elements manifest.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root, text } from "./tools.mjs";

const MODULE = "dist/ciasa-playground.js";

/** The sentences of a documentation comment. */
const prose = (comment = "") =>
  comment
    .split("\n")
    .map((line) => line.replace(/^\s*(\/\*\*|\*\/|\*)? ?/, "").replace(/\s*\*\/$/, ""))
    .filter((line) => line && !line.startsWith("@"))
    .join(" ")
    .trim();

const comment = String.raw`(?:(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\n)?`;

/** The rows of a table in EMBED.md under a heading: the cells of each, without the heading's row. */
function rows(heading) {
  const section = text("docs/EMBED.md").split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** The custom-elements manifest (schema 1.0.0), read from the element's source; parts and slots are EMBED.md's. */
export function manifest() {
  const source = text("web/src/element/element.ts");
  const properties = source.matchAll(
    new RegExp(`${comment}  @property\\((?:\\{([^}]*)\\})?\\) (\\w+)(?:: ([^=]+?))? = (.+);`, "g"),
  );
  const fields = [...properties].map(([, doc, options = "", name, type, value]) => ({
    kind: "field",
    name,
    attribute: /attribute: "([^"]+)"/.exec(options)?.[1] ?? name,
    type: { text: type ?? (/true|false/.test(value) ? "boolean" : "string") },
    default: value,
    description: prose(doc),
  }));
  const methods = source.matchAll(
    new RegExp(`${comment}  (?:async )?([a-z]\\w*)\\(([^)]*)\\): (void|Promise<[^{]+>) \\{`, "g"),
  );
  const events = [...source.matchAll(/@fires ([\w-]+) - (.+)/g)];
  const [, about = ""] = new RegExp(`${comment}@customElement`).exec(source) ?? [];
  const words = (list) => [...list.matchAll(/`([\w-]+)`/g)].map(([, name]) => ({ name }));
  const [parts = "", properties_ = ""] = text("docs/EMBED.md")
    .split("Parts for `::part()`")[1]
    .split("Custom properties");
  return {
    schemaVersion: "1.0.0",
    modules: [
      {
        kind: "javascript-module",
        path: MODULE,
        declarations: [
          {
            kind: "class",
            customElement: true,
            name: "CiasaPlayground",
            tagName: "ciasa-playground",
            description: prose(about),
            attributes: fields.map(({ attribute, name, type, description, default: value }) => ({
              name: attribute,
              fieldName: name,
              type,
              default: value,
              description,
            })),
            members: [
              ...fields,
              ...[...methods]
                .filter(([, , name]) => !/Callback$|^(willUpdate|updated)$/.test(name))
                .map(([, doc, name, , type]) => ({
                  kind: "method",
                  name,
                  return: { type: { text: type } },
                  ...(doc ? { description: prose(doc) } : {}),
                })),
            ],
            events: events.map(([, name, description]) => ({
              name,
              type: { text: "CustomEvent" },
              description,
            })),
            slots: rows("Slots and styles").map(([name, description]) => ({
              name: name === "(default)" ? "" : name.replaceAll("`", ""),
              description,
            })),
            cssParts: words(parts),
            cssProperties: words(properties_.split(".")[0].replaceAll("`--", "`")).map(({ name }) => ({
              name: `--${name}`,
            })),
          },
        ],
        exports: [
          {
            kind: "custom-element-definition",
            name: "ciasa-playground",
            declaration: { name: "CiasaPlayground", module: MODULE },
          },
        ],
      },
    ],
  };
}

/** Writes both into the built folder. */
export function writePackage(dist) {
  writeFileSync(join(dist, "custom-elements.json"), `${JSON.stringify(manifest(), null, 2)}\n`);
  copyFileSync(join(root, "web/src/generated/types.ts"), join(dist, "contract.d.ts"));
  const types = readFileSync(join(root, "web/src/element/public.ts"), "utf8");
  writeFileSync(
    join(dist, "ciasa-playground.d.ts"),
    types.replaceAll('"../generated/types.ts"', '"./contract.js"'),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) writePackage(join(root, "dist"));
