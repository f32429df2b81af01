// The bill of materials: every crate and npm package that ships in the page, into dist/bom.cdx.json (CycloneDX 1.5).
// Fails where a licence is not on the list in deny.toml. With --check it writes nothing.
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, output, root, text, wasmTarget } from "./tools.mjs";

/** Licences under which anybody may ship what we ship, as long as the licence's text is kept. */
const allowed = new Set(
  [...text("deny.toml").matchAll(/^ {2}"([\w.-]+)",$/gm)].map(([, licence]) => licence),
);

/** Packages of which web/scripts/pose.mjs copies files into the page. */
const COPIED = ["@mediapipe/pose"];

const crates = shippedCrates();
const packages = shippedPackages();
const materials = [...crates, ...packages];
const refused = materials.filter(({ licence }) => !licence || !fits(licence));
for (const { name, version, licence } of refused)
  console.error(
    `${name} ${version}: the licence ${licence ?? "is not named and"} is not on the list in deny.toml.`,
  );
if (refused.length > 0) process.exit(1);
console.log(
  `${crates.length} crates and ${packages.length} npm packages ship; every licence is on the list.`,
);
if (!process.argv.includes("--check")) write();

/** Crates of the two modules: not those of tests and builds, and no macros, whose code is not in a module. */
function shippedCrates() {
  const edges = ["--target", wasmTarget, "--edges", "normal,no-proc-macro"];
  const form = ["--prefix", "none", "--no-dedupe", "--format", "{p}|{l}"];
  const tree = output("cargo", ["tree", "-p", "ciasa", "--features", "web,viewer", ...edges, ...form]);
  if (!tree) fail("cargo tree failed. Run: cargo fetch");
  return [...new Set(tree.split("\n"))].map((line) => {
    const [name, version, licence] = /^(\S+) v([^ |]+).*\|(.*)$/.exec(line).slice(1);
    return { name, version, licence, purl: `pkg:cargo/${name}@${version}` };
  });
}

/** Packages that the page imports or copies, and what these need. */
function shippedPackages() {
  const locked = JSON.parse(text("package-lock.json")).packages;
  const shipped = new Map();
  const add = (name) => {
    const entry = locked[`node_modules/${name}`];
    if (!entry) fail(`package-lock.json has no ${name}. Run: npm install`);
    if (shipped.has(name)) return;
    shipped.set(name, entry);
    for (const other of Object.keys(entry.dependencies ?? {})) add(other);
  };
  for (const name of [...imported(), ...COPIED]) add(name);
  return [...shipped].map(([name, { version, license }]) => ({
    name,
    version,
    licence: license,
    purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
  }));
}

/** Names of the packages that the page's sources import. */
function imported() {
  const files = readdirSync(join(root, "web/src"), { recursive: true }).map(String);
  const sources = files.filter((path) => path.endsWith(".ts")).map((path) => text(`web/src/${path}`));
  const specifiers = sources.flatMap((source) => [
    ...source.matchAll(/(?:from|import|import\()\s*"([^."][^"]*)"/g),
  ]);
  return new Set(
    specifiers
      .map(([, specifier]) => /^(@[^/]+\/)?[^/]+/.exec(specifier)[0])
      .filter((name) => !/:/.test(name)),
  );
}

/** Does the list allow an SPDX expression? Of alternatives one suffices; of what is joined by AND, each is needed. */
function fits(expression) {
  const words = expression.replaceAll("/", " OR ").match(/[()]|[^\s()]+/g) ?? [];
  const taken = (word) => words[0] === word && words.shift() === word;
  const either = () => {
    let good = both();
    while (taken("OR")) good = both() || good;
    return good;
  };
  const both = () => {
    let good = one();
    while (taken("AND")) good = one() && good;
    return good;
  };
  const one = () => {
    const word = words.shift();
    if (word === "(") {
      const good = either();
      words.shift();
      return good;
    }
    // An exception gives more than the licence.
    if (words[0] === "WITH") words.splice(0, 2);
    return allowed.has(word);
  };
  return either();
}

function write() {
  const version = JSON.parse(text("package.json")).version;
  const component = ({ name, version, licence, purl }) => ({
    type: "library",
    name,
    version,
    purl,
    licenses: [{ expression: licence.replaceAll(/\s*\/\s*/g, " OR ") }],
  });
  const bill = {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: { component: { type: "application", name: "ciasa-playground", version } },
    components: materials.map(component).sort((a, b) => (a.purl < b.purl ? -1 : 1)),
  };
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(join(root, "dist/bom.cdx.json"), `${JSON.stringify(bill, null, 1)}\n`);
  console.log("Written: dist/bom.cdx.json");
}
