// The same network tuned for TensorFlow.js with the means of our own engine: folded normalisations, 1x1 convolutions as
// matrix products, and the gradient of the temporal convolution as a forward convolution, which is far faster on all
// its backends than a transposed one. Features are (V, T, C), so that the graph product is one matrix product.
import { adjacency, blocks, CLASSES, JOINTS, SUBSETS, TAPS } from "./network.js";

const EPSILON = 1e-5;

/** A normalisation with fixed statistics as scale x + shift. */
function affine(weights, key) {
  const [weight, bias, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map(
    (name) => weights.get(`${key}.${name}`).data,
  );
  const scale = weight.map((w, i) => w / Math.sqrt(variance[i] + EPSILON));
  return { scale, shift: bias.map((b, i) => b - mean[i] * scale[i]) };
}

/** Returns the function from x, (T, V, C), to the logits, (1, classes). Its tensors live as long as the worker. */
export function tuned(tf, weights) {
  const data = (key) => weights.get(key).data;
  const layers = blocks.map((block) => {
    const key = `st_gcn_networks.${block.index}`;
    const spatial = graphConvolution(tf, weights, block);
    const temporal = temporalConvolution(tf, weights, key, block);
    const project = block.residual === "projection" ? projection(tf, weights, key, block) : null;
    return (x) => {
      const y = temporal(tf.relu(spatial(x)));
      if (block.residual === "none") return tf.relu(y);
      return tf.relu(y.add(project ? project(x) : x));
    };
  });
  const norm = affine(weights, "data_bn");
  const [scale, shift] = [norm.scale, norm.shift].map((values) => tf.tensor3d(values, [JOINTS, 1, 3]));
  const fc = tf.tensor2d(data("fcn.weight"), [CLASSES, blocks.at(-1).outputs]).transpose();
  const bias = tf.tensor1d(data("fcn.bias"));
  return (x) => {
    const input = x.transpose([1, 0, 2]).mul(scale).add(shift);
    const y = layers.reduce((features, layer) => layer(features), input);
    const [v, t, c] = y.shape;
    return tf.matMul(y.reshape([v * t, c]).mean(0, true), fc).add(bias);
  };
}

/** Products with the channels' weights and then with the graph, and the first normalisation of the temporal part. */
function graphConvolution(tf, weights, { index, inputs, outputs }) {
  const key = `st_gcn_networks.${index}`;
  const [weight, bias] = ["weight", "bias"].map((name) => weights.get(`${key}.gcn.conv.${name}`).data);
  const importance = weights.get(`edge_importance.${index}`).data;
  const { scale, shift } = affine(weights, `${key}.tcn.0`);
  const a = adjacency().map((value, i) => value * importance[i]);

  // (K, C, C'), and (V, C'): the bias of each subset, weighed by the adjacency's column sums.
  const folded = new Float32Array(SUBSETS * inputs * outputs).map((_, at) => {
    const [k, i, o] = [Math.floor(at / (inputs * outputs)), Math.floor(at / outputs) % inputs, at % outputs];
    return weight[(k * outputs + o) * inputs + i] * scale[o];
  });
  const biases = new Float32Array(JOINTS * outputs).map((_, at) => {
    const [to, o] = [Math.floor(at / outputs), at % outputs];
    let sum = 0;
    for (let k = 0; k < SUBSETS; k++) {
      for (let from = 0; from < JOINTS; from++)
        sum += a[(k * JOINTS + from) * JOINTS + to] * bias[k * outputs + o];
    }
    return sum * scale[o] + shift[o];
  });
  const channels = tf.tensor3d(folded, [SUBSETS, inputs, outputs]);
  const added = tf.tensor3d(biases, [JOINTS, 1, outputs]);
  const graph = tf
    .tensor3d(a, [SUBSETS, JOINTS, JOINTS])
    .transpose([2, 0, 1])
    .reshape([JOINTS, SUBSETS * JOINTS]);

  const product = tf.customGrad((x) => {
    const [v, t, c] = x.shape;
    const value = tf.tidy(() => {
      const each = tf.matMul(x.reshape([1, v * t, c]), channels).reshape([SUBSETS * v, t * outputs]);
      return tf.matMul(graph, each).reshape([v, t, outputs]);
    });
    const gradFunc = (dy) =>
      tf.tidy(() => {
        const each = tf.matMul(graph, dy.reshape([v, t * outputs]), true).reshape([SUBSETS, v * t, outputs]);
        return tf.matMul(each, channels, false, true).sum(0).reshape([v, t, c]);
      });
    return { value, gradFunc };
  });
  return (x) => product(x).add(added);
}

/** Nine taps over time, with the normalisation after them. */
function temporalConvolution(tf, weights, key, { outputs: c, stride }) {
  const { scale, shift } = affine(weights, `${key}.tcn.3`);
  const bias = weights.get(`${key}.tcn.2.bias`).data;
  const folded = weights.get(`${key}.tcn.2.weight`).data.map((w, i) => w * scale[Math.floor(i / (c * TAPS))]);
  // (O, I, 9, 1) to (1, 9, I, O), and its transpose with reversed taps, (1, 9, O, I).
  const kernel = tf.tensor4d(folded, [c, c, TAPS, 1]).transpose([3, 2, 1, 0]);
  const turned = kernel.transpose([0, 1, 3, 2]).reverse(1);
  const added = tf.tensor1d(bias.map((b, i) => b * scale[i] + shift[i]));
  const pad = (TAPS - 1) / 2;
  const padded = (x, before, after) =>
    tf.pad(x, [
      [0, 0],
      [0, 0],
      [before, after],
      [0, 0],
    ]);

  // With stride 2, even frames use the even taps and odd frames the odd ones: two shorter convolutions.
  const [even, odd] = [0, 1].map((first) =>
    tf.gather(
      turned,
      tf.tensor1d(
        Array.from({ length: 5 - first }, (_, i) => 2 * i + first),
        "int32",
      ),
      1,
    ),
  );
  const backward = (dy) => {
    if (stride === 1) return tf.conv2d(dy, turned, 1, "same");
    const [, v, t] = dy.shape;
    const frames = [
      tf.conv2d(padded(dy, 2, 2), even, 1, "valid"),
      tf.conv2d(padded(dy, 1, 2), odd, 1, "valid"),
    ];
    return tf.stack(frames, 3).reshape([1, v, 2 * t, c]);
  };

  const convolve = tf.customGrad((x) => {
    const value =
      stride === 1
        ? tf.conv2d(x, kernel, 1, "same")
        : tf.tidy(() => tf.conv2d(padded(x, pad, pad), kernel, [1, stride], "valid"));
    return { value, gradFunc: (dy) => tf.tidy(() => backward(dy)) };
  });
  return (x) => {
    const y = convolve(x.reshape([1, ...x.shape]));
    return y.reshape(y.shape.slice(1)).add(added);
  };
}

/** A block's residual: every second frame, a matrix product. */
function projection(tf, weights, key, { inputs, outputs, stride }) {
  const { scale, shift } = affine(weights, `${key}.residual.1`);
  const [weight, bias] = ["weight", "bias"].map((name) => weights.get(`${key}.residual.0.${name}`).data);
  const folded = tf.tensor2d(weight, [outputs, inputs]).transpose().mul(tf.tensor1d(scale));
  const added = tf.tensor1d(bias.map((b, i) => b * scale[i] + shift[i]));
  return (x) => {
    const [v, t, c] = x.shape;
    const taken = x.reshape([v, t / stride, stride, c]).slice([0, 0, 0, 0], [v, t / stride, 1, c]);
    return tf
      .matMul(taken.reshape([(v * t) / stride, c]), folded)
      .add(added)
      .reshape([v, t / stride, outputs]);
  };
}
