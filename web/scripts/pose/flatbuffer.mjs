// Writes FlatBuffers front to back, so that every offset leads forward, as the format asks.
//
// A part is a function that gets the writer and the place of the offset that leads to it. It writes itself, and fills
// the offset in.

/** Bytes that grow, little-endian. */
export class Writer {
  #bytes = Buffer.alloc(1 << 12);
  length = 0;
  /** Offsets to bytes that follow what is written here: the offset's place, and the target among those bytes. */
  later = [];

  /** Takes room for so many bytes, all zero, at a multiple of `align`; gives its place. */
  room(size, align = 4) {
    const place = Math.ceil(this.length / align) * align;
    this.length = place + size;
    while (this.length > this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)]);
    return place;
  }

  uint16(place, value) {
    this.#bytes.writeUInt16LE(value, place);
  }

  uint32(place, value) {
    this.#bytes.writeUInt32LE(value, place);
  }

  float(place, value) {
    this.#bytes.writeFloatLE(value, place);
  }

  put(place, bytes) {
    this.#bytes.set(bytes, place);
  }

  /** Fills in the offset at a place. */
  refer(place, target) {
    this.uint32(place, target - place);
  }

  bytes() {
    return this.#bytes.subarray(0, this.length);
  }
}

/** A table. The field of index `i` is `fields[i]`: nothing, a number of up to four bytes, or a part. */
export const table = (fields) => (writer, at) => {
  const present = fields.flatMap((field, index) => (field === undefined ? [] : [[field, index]]));
  const vtable = writer.room(4 + 2 * fields.length);
  const place = writer.room(4 + 4 * present.length);
  writer.refer(at, place);
  writer.uint16(vtable, 4 + 2 * fields.length);
  writer.uint16(vtable + 2, 4 + 4 * present.length);
  writer.uint32(place, place - vtable);
  for (const [order, [field, index]] of present.entries()) {
    const own = place + 4 + 4 * order;
    writer.uint16(vtable + 4 + 2 * index, own - place);
    if (typeof field === "number") writer.uint32(own, field);
    else field(writer, own);
  }
};

/** A list of parts. */
export const list = (parts) => (writer, at) => {
  const place = writer.room(4 + 4 * parts.length);
  writer.refer(at, place);
  writer.uint32(place, parts.length);
  for (const [index, part] of parts.entries()) part(writer, place + 4 + 4 * index);
};

/** A list of 32-bit floats. */
export const floats = (values) => (writer, at) => {
  const place = writer.room(4 + 4 * values.length);
  writer.refer(at, place);
  writer.uint32(place, values.length);
  for (const [index, value] of values.entries()) writer.float(place + 4 + 4 * index, value);
};

/** A list of bytes, of which the first is at a multiple of `align`. */
export const bytes =
  (content, align = 4) =>
  (writer, at) => {
    // The length stands right before the first byte.
    writer.room(4);
    const first = writer.room(content.length, align);
    writer.refer(at, first - 4);
    writer.uint32(first - 4, content.length);
    writer.put(first, content);
  };

/** A text, with the zero that ends it. */
export const text = (words) => (writer, at) => {
  bytes(Buffer.from(words))(writer, at);
  writer.room(1, 1);
};

/** A part that stands at a place in bytes which follow. */
export const kept = (place) => (writer, at) => writer.later.push([at, place]);

/** A whole buffer with that root. */
export function buffer(identifier, root) {
  const writer = new Writer();
  begin(writer, identifier, root);
  return writer.bytes();
}

/** The same, followed by bytes that `kept` parts are in; they begin at a multiple of `align`. */
export function bufferBefore(identifier, root, follow, align) {
  const writer = new Writer();
  begin(writer, identifier, root);
  const start = writer.room(0, align);
  for (const [at, place] of writer.later) writer.refer(at, start + place);
  return Buffer.concat([writer.bytes(), follow]);
}

function begin(writer, identifier, root) {
  writer.room(8);
  writer.put(4, Buffer.from(identifier));
  root(writer, 0);
}

/** What the offset at a place leads to. */
export const follow = (content, place) => place + content.readUInt32LE(place);

/** The places of the fields of a table; undefined where a field is absent. */
export function fieldsOf(content, place) {
  const vtable = place - content.readInt32LE(place);
  const count = (content.readUInt16LE(vtable) - 4) / 2;
  return Array.from({ length: count }, (_, index) => {
    const offset = content.readUInt16LE(vtable + 4 + 2 * index);
    return offset === 0 ? undefined : place + offset;
  });
}

/** What the offsets of a list lead to. */
export function itemsOf(content, place) {
  return Array.from({ length: content.readUInt32LE(place) }, (_, index) =>
    follow(content, place + 4 + 4 * index),
  );
}
