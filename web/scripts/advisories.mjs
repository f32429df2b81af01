// `npm run advisories`: known faults of what ships and of what builds it. npm packages: the registry's audit. Crates:
// `cargo deny check advisories`, where that is installed. It needs a network connection, so no suite runs it.
import { spawnSync } from "node:child_process";
import { environment, fail, root, run, text, which } from "./tools.mjs";

const unanswered = [];
const bad = [...packages(), ...crates()];
for (const line of bad) console.error(line);
for (const line of unanswered) console.error(`Not checked: ${line}`);
if (bad.length > 0)
  fail(`${bad.length} known faults. Update what is named, or say in CHANGELOG.md why it stays.`);
if (unanswered.length > 0) process.exit(2);
console.log("No known fault of a package or crate.");

/** Every package is a development dependency, as the build copies what ships into dist/: so all are asked about. */
function packages() {
  const { stdout } = spawnSync("npm", ["audit", "--json"], { cwd: root, env: environment, encoding: "utf8" });
  const { vulnerabilities, message } = JSON.parse(stdout || '{"message":"npm did not answer"}');
  if (!vulnerabilities) {
    unanswered.push(`npm packages (${message})`);
    return [];
  }
  const locked = JSON.parse(text("package-lock.json")).packages;
  return Object.values(vulnerabilities).map(({ name, severity, range }) => {
    const version = locked[`node_modules/${name}`]?.version ?? "?";
    return `npm ${name} ${version}: ${severity}, versions ${range}. See: npm audit`;
  });
}

function crates() {
  if (!which("cargo-deny")) {
    unanswered.push("crates. Install cargo-deny: cargo install --locked cargo-deny");
    return [];
  }
  return run("cargo", ["deny", "check", "advisories", "sources", "bans"])
    ? []
    : ["crates: see the list above"];
}
