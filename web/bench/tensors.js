// Safetensors files of 32-bit floats: a length, a JSON header, the values.

/** Reads a file into a map from name to { shape, data }. */
export function readTensors(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const arrays = Object.entries(header).filter(([name]) => name !== "__metadata__");
  return new Map(
    arrays.map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [from, to],
        },
      ]) => {
        if (dtype !== "F32") throw new Error(`${name} holds ${dtype}, not F32`);
        return [name, { shape, data: new Float32Array(buffer.slice(8 + length + from, 8 + length + to)) }];
      },
    ),
  );
}

/** The bytes of a file with such a map. */
export function writeTensors(arrays) {
  const header = {};
  let at = 0;
  for (const [name, { shape, data }] of arrays) {
    header[name] = { dtype: "F32", shape, data_offsets: [at, at + data.byteLength] };
    at += data.byteLength;
  }
  // The values start at a multiple of eight bytes.
  const text = JSON.stringify(header);
  const head = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const bytes = new Uint8Array(8 + head.length + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  at = 8 + head.length;
  for (const { data } of arrays.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}
