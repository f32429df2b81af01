// Installs what the other commands need, without running one: all of it, or the needs that are named. Nobody has to
// call this: each command makes sure of its own needs.
import { all, ensure } from "./needs.mjs";
import { fail } from "./tools.mjs";

const names = process.argv.slice(2);
const unknown = names.find((name) => !all.includes(name));
if (unknown) fail(`${unknown} is not the name of a need. There are: ${all.join(", ")}`);
ensure(...(names.length > 0 ? names : all));
