/** Files that are taken from dropped folders, at most: a folder can hold a whole disk. */
const MOST_FILES = 5_000;

/** What was dropped. */
export interface Dropped {
  files: File[];
  /** Did a folder hold more files than are taken? */
  more: boolean;
}

/**
 * The files of a drop, with those in dropped folders and the folders inside, in the order of their names; hidden ones
 * are left out. A folder that cannot be listed stands as a file, which is then reported by name. To be called while the
 * drop's event is handled.
 */
export async function droppedFiles(transfer: DataTransfer): Promise<Dropped> {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  // The items are empty after the first await.
  const dropped = items.map((item) => ({ file: item.getAsFile(), entry: item.webkitGetAsEntry?.() ?? null }));
  if (!dropped.some(({ entry }) => entry?.isDirectory)) return { files: [...transfer.files], more: false };
  const found: Dropped = { files: [], more: false };
  for (const { file, entry } of dropped) {
    const { length } = found.files;
    try {
      if (entry?.isDirectory) await collect(entry as FileSystemDirectoryEntry, found);
      else if (file) found.files.push(file);
    } catch {
      found.files.splice(length);
      if (file) found.files.push(file);
    }
  }
  return found;
}

async function collect(folder: FileSystemDirectoryEntry, found: Dropped): Promise<void> {
  const entries = (await list(folder)).filter(({ name }) => !name.startsWith("."));
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.isDirectory) await collect(entry as FileSystemDirectoryEntry, found);
    else if (found.files.length >= MOST_FILES) found.more = true;
    else
      found.files.push(
        await new Promise<File>((done, fail) => (entry as FileSystemFileEntry).file(done, fail)),
      );
    if (found.more) return;
  }
}

/** A reader gives a hundred entries at a time, and none after the last. */
async function list(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));
    all.push(...some);
    if (some.length === 0 || all.length > MOST_FILES) return all;
  }
}
