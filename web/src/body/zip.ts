/** Writes zip archives whose files are stored as they are: pictures are compressed already. */

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The CRC-32 of zip archives. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 255] ?? 0);
  return ~crc >>> 0;
}

/** An archive of files with plain ASCII names, of less than 4 GB. */
export function zipped(files: { name: string; bytes: Uint8Array<ArrayBuffer> }[]): Blob {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  for (const { name, bytes } of files) {
    const letters = new TextEncoder().encode(name);
    const size = bytes.length;
    // Version 2.0, no flags, stored, midnight of 1 January 1980.
    const common = [u16(20, 0, 0, 0, 0x21), u32(crc32(bytes), size, size), u16(letters.length, 0)];
    const head = joined(u32(0x04034b50), ...common, letters);
    directory.push(joined(u32(0x02014b50), u16(20), ...common, u16(0, 0, 0), u32(0, at), letters));
    parts.push(head, bytes);
    at += head.length + size;
  }
  const length = directory.reduce((sum, entry) => sum + entry.length, 0);
  const count = files.length;
  const end = joined(u32(0x06054b50), u16(0, 0, count, count), u32(length, at), u16(0));
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}

function u16(...values: number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(values.flatMap((value) => [value & 255, (value >>> 8) & 255]));
}

function u32(...values: number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    values.flatMap((value) => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24]),
  );
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
