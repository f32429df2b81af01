// Adds to a TensorFlow Lite model how its input picture is normalised. MediaPipe refuses a model that does not say it,
// and the models of @mediapipe/pose do not.
//
// The model is not taken apart: a new root table is written before its bytes, and refers to the parts in them. Offsets
// within a FlatBuffer are relative, so the old bytes stay as they are.
import {
  buffer,
  bufferBefore,
  bytes,
  fieldsOf,
  floats,
  follow,
  itemsOf,
  kept,
  list,
  table,
  text,
} from "./flatbuffer.mjs";

/** Fields of the root table in TensorFlow Lite's schema, by index. */
const [VERSION, BUFFERS, METADATA] = [0, 4, 6];
/** Data of a model are at multiples of this. */
const ALIGN = 16;

/** The metadata of a model whose input is a picture: a value `v` of 0 to 255 becomes (v - mean) / deviation. */
function metadata({ mean, deviation }) {
  const [rgb, imageProperties, normalizationOptions] = [1, 2, 1];
  const content = table([imageProperties, table([rgb])]);
  const normalise = table([normalizationOptions, table([floats([mean]), floats([deviation])])]);
  // Of a tensor: name, description, names of the dimensions, content, what is done to it.
  const input = table([text("image"), undefined, undefined, content, list([normalise])]);
  // Of a graph: name, description, inputs. Of a model: name, description, version, graphs.
  const graph = table([undefined, undefined, list([input])]);
  return buffer("M001", table([undefined, undefined, undefined, list([graph])]));
}

/** The model with the metadata. Throws if it is no model. */
export function withNormalisation(model, normalisation) {
  if (model.toString("latin1", 4, 8) !== "TFL3") throw new Error("this is no TensorFlow Lite model");
  const old = fieldsOf(model, follow(model, 0));
  const oldList = (index) => (old[index] === undefined ? [] : itemsOf(model, follow(model, old[index])));
  const buffers = oldList(BUFFERS);
  const fields = Array.from({ length: Math.max(old.length, METADATA + 1) }, (_, index) =>
    old[index] === undefined ? undefined : kept(follow(model, old[index])),
  );
  fields[VERSION] = model.readUInt32LE(old[VERSION]);
  fields[BUFFERS] = list([...buffers.map(kept), table([bytes(metadata(normalisation), ALIGN)])]);
  const entry = table([text("TFLITE_METADATA"), buffers.length]);
  fields[METADATA] = list([...oldList(METADATA).map(kept), entry]);
  return bufferBefore("TFL3", table(fields), model, ALIGN);
}
