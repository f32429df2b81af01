// The element finds its models, clips and WebAssembly beside its own file. So script and assets stay in one folder,
// which Vite copies as it is (`publicDir`), and the script is loaded by address, not bundled.
import type { CiasaPlayground } from "../../web/src/element/element.ts";

const script = document.createElement("script");
script.type = "module";
script.src = `${import.meta.env.BASE_URL}ciasa-playground.js`;
document.head.append(script);

const element = document.querySelector("ciasa-playground") as CiasaPlayground | null;
const summary = document.getElementById("summary");

element?.addEventListener("ciasa-done", (event) => {
  const { reason, report } = (event as CustomEvent).detail;
  if (summary) summary.textContent = `The attack ended (${reason}) after ${report?.iteration ?? 0} steps.`;
});
