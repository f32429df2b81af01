/** Workers must come from their starter's own origin; where the element is served by another one, a line of ours imports them. */
export function permitted(script: URL): URL | string {
  if (script.origin === self.origin) return script;
  const line = new Blob([`import ${JSON.stringify(script.href)};`], { type: "text/javascript" });
  return URL.createObjectURL(line);
}
