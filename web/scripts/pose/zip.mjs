// A zip archive whose entries are stored as they are, at multiples of 16 bytes: MediaPipe maps them without a copy.
import { crc32 } from "node:zlib";

const ALIGN = 16;
/** The first of January 1980, the earliest date of a zip: the same files give the same archive. */
const [TIME, DATE] = [0, 0x21];
const [LOCAL, CENTRAL, END] = [0x04034b50, 0x02014b50, 0x06054b50];
const VERSION = 20;

/** The archive of files, `[name, bytes]` each. */
export function stored(files) {
  const parts = [];
  const directory = [];
  let at = 0;
  for (const [name, bytes] of files) {
    const title = Buffer.from(name);
    const header = Buffer.alloc(30);
    // An extra field of zeros moves the bytes to where they have to be; it has at least its own four bytes.
    const spare = (ALIGN - ((at + header.length + title.length + 4) % ALIGN)) % ALIGN;
    const extra = Buffer.alloc(4 + spare);
    extra.writeUInt16LE(0xffff, 0);
    extra.writeUInt16LE(spare, 2);
    header.writeUInt32LE(LOCAL, 0);
    common(header, 4, bytes, title, extra.length);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(CENTRAL, 0);
    central.writeUInt16LE(VERSION, 4);
    common(central, 6, bytes, title, 0);
    central.writeUInt32LE(at, 42);
    directory.push(central, title);
    parts.push(header, title, extra, bytes);
    at += header.length + title.length + extra.length + bytes.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

/** The fields that a file's own header and the directory share. */
function common(header, at, bytes, title, extra) {
  header.writeUInt16LE(VERSION, at);
  header.writeUInt16LE(TIME, at + 6);
  header.writeUInt16LE(DATE, at + 8);
  header.writeUInt32LE(crc32(bytes), at + 10);
  header.writeUInt32LE(bytes.length, at + 14);
  header.writeUInt32LE(bytes.length, at + 18);
  header.writeUInt16LE(title.length, at + 22);
  header.writeUInt16LE(extra, at + 24);
}
