/**
 * A worker script's address that this origin may start. Browsers start workers from their own origin only; a script
 * from another origin is imported by a one-line script of this one.
 */
export function permitted(script: URL): URL | string {
  if (script.origin === self.origin) return script;
  const line = new Blob([`import ${JSON.stringify(script.href)};`], { type: "text/javascript" });
  return URL.createObjectURL(line);
}
