/**
 * What a visitor's file probably holds: weights, a list of class names, a clip, one frame of a clip by OpenPose, many
 * clips, the names and labels of many clips, or a result that this page has saved.
 */
export type FileKind = "weights" | "list" | "clip" | "frame" | "clips" | "labels" | "result";

/** Keys that begin a pickle of pyskl or MMAction2. */
const SET_KEYS = /split|annotations|frame_dir|keypoint|total_frames/;

/**
 * Guesses from the name and the first bytes. Clips are text; those in JSON are objects, whereas a list of class names
 * is a JSON array. Rejects if the file cannot be read.
 */
export async function kindOf(file: File): Promise<FileKind> {
  const head = new Uint8Array(await file.slice(0, 4096).arrayBuffer());
  const text = new TextDecoder("latin1").decode(head);
  const npy = head[0] === 0x93 && text.slice(1, 6) === "NUMPY";
  if (npy || (text.startsWith("PK") && /\.npz$/i.test(file.name))) return "clips";
  // The first file of the archive.
  if (text.startsWith("PK") && text.slice(30, 41) === "result.json") return "result";
  if (isPickle(head) && SET_KEYS.test(text)) return "clips";
  if (isPickle(head) && /label[^.]*\.(pkl|pickle)$/i.test(file.name)) return "labels";
  if (isWeights(file.name, head)) return "weights";
  if (/^\s*\{/.test(text) && /"people"\s*:\s*\[/.test(text)) return "frame";
  return isList(file.name, head) ? "list" : "clip";
}

function isPickle(head: Uint8Array): boolean {
  return head[0] === 0x80 && (head[1] ?? 0) >= 2 && (head[1] ?? 9) <= 5;
}

function isWeights(name: string, head: Uint8Array): boolean {
  if (/\.(pt|pth|ckpt|pdparams|safetensors)$/i.test(name)) return true;
  const zip = head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;
  // Eight bytes with the length of a JSON header, then its opening brace.
  const safetensors = head[8] === 0x7b && head.slice(4, 8).every((byte) => byte === 0);
  return zip || isPickle(head) || safetensors;
}

/** Could it be a list of class names? */
function isList(name: string, head: Uint8Array): boolean {
  if (/\.txt$/i.test(name)) return true;
  return /\.json$/i.test(name) && new TextDecoder().decode(head.slice(0, 64)).trimStart().startsWith("[");
}
