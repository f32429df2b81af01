/** What a visitor's file probably holds. */
export type FileKind = "weights" | "list" | "clip";

/**
 * Guesses from the name and the first bytes. Clips are text; those in JSON are objects, whereas a list of class names
 * is a JSON array. Rejects if the file cannot be read.
 */
export async function kindOf(file: File): Promise<FileKind> {
  const head = new Uint8Array(await file.slice(0, 64).arrayBuffer());
  if (isWeights(file.name, head)) return "weights";
  return isList(file.name, head) ? "list" : "clip";
}

function isWeights(name: string, head: Uint8Array): boolean {
  if (/\.(pt|pth|ckpt|safetensors)$/i.test(name)) return true;
  const zip = head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;
  const pickle = head[0] === 0x80 && (head[1] ?? 0) >= 2 && (head[1] ?? 9) <= 5;
  // Eight bytes with the length of a JSON header, then its opening brace.
  const safetensors = head[8] === 0x7b && head.slice(4, 8).every((byte) => byte === 0);
  return zip || pickle || safetensors;
}

/** Could it be a list of class names? */
function isList(name: string, head: Uint8Array): boolean {
  if (/\.txt$/i.test(name)) return true;
  return /\.json$/i.test(name) && new TextDecoder().decode(head).trimStart().startsWith("[");
}
