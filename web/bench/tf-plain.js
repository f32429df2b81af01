// ST-GCN in TensorFlow.js as published for PyTorch, with separate normalisations and 1x1 convolutions.
import { adjacency, blocks, CLASSES, JOINTS, SUBSETS, TAPS } from "./network.js";

const EPSILON = 1e-5;

/** Returns the function from x, (T, V, C), to the logits, (1, classes). Its tensors live as long as the worker. */
export function plain(tf, weights) {
  const data = (key) => weights.get(key).data;
  /** A kernel (O, I, H, 1) in the order of TensorFlow.js, (H, 1, I, O). */
  const kernel = (key) => tf.tensor4d(data(key), weights.get(key).shape).transpose([2, 3, 1, 0]);
  const norm = (key) => {
    const [mean, variance, offset, scale] = ["running_mean", "running_var", "bias", "weight"].map((name) =>
      tf.tensor1d(data(`${key}.${name}`)),
    );
    return (x) => tf.batchNorm(x, mean, variance, offset, scale, EPSILON);
  };
  const convolution = (key, stride) => {
    const [weight, bias] = [kernel(`${key}.weight`), tf.tensor1d(data(`${key}.bias`))];
    const pad = weight.shape[0] === TAPS ? TAPS / 2 - 0.5 : 0;
    return (x) => {
      // With stride 2, TensorFlow's padding differs from PyTorch's.
      const padded =
        pad > 0
          ? tf.pad(x, [
              [0, 0],
              [pad, pad],
              [0, 0],
              [0, 0],
            ])
          : x;
      return tf.conv2d(padded, weight, [stride, 1], "valid").add(bias);
    };
  };
  const graph = adjacency();

  const block = ({ index, outputs, stride, residual }) => {
    const key = `st_gcn_networks.${index}`;
    const importance = tf.tensor3d(data(`edge_importance.${index}`), [SUBSETS, JOINTS, JOINTS]);
    // (K, V, W) to (1, W, K V): one product for all subsets.
    const a = tf.tensor3d(graph, [SUBSETS, JOINTS, JOINTS]).mul(importance);
    const product = a.transpose([2, 0, 1]).reshape([1, JOINTS, SUBSETS * JOINTS]);
    const spatial = convolution(`${key}.gcn.conv`, 1);
    const [before, temporal] = [norm(`${key}.tcn.0`), convolution(`${key}.tcn.2`, stride)];
    const after = norm(`${key}.tcn.3`);
    const project = residual === "projection" && convolution(`${key}.residual.0`, stride);
    const projected = residual === "projection" && norm(`${key}.residual.1`);
    return (x) => {
      const frames = x.shape[1];
      const split = spatial(x).reshape([frames, JOINTS, SUBSETS, outputs]).transpose([0, 2, 1, 3]);
      const mixed = tf.matMul(product, split.reshape([frames, SUBSETS * JOINTS, outputs]));
      const y = after(temporal(tf.relu(before(mixed.reshape([1, frames, JOINTS, outputs])))));
      if (residual === "none") return tf.relu(y);
      return tf.relu(y.add(project ? projected(project(x)) : x));
    };
  };

  const first = norm("data_bn");
  const layers = blocks.map(block);
  const fc = tf.tensor2d(data("fcn.weight"), [CLASSES, blocks.at(-1).outputs]).transpose();
  const bias = tf.tensor1d(data("fcn.bias"));
  return (x) => {
    const input = first(x.reshape([1, 1, x.shape[0], JOINTS * 3])).reshape([1, x.shape[0], JOINTS, 3]);
    const y = layers.reduce((features, layer) => layer(features), input);
    return tf.matMul(y.mean([1, 2]), fc).add(bias);
  };
}
