"""The attack's step, and the network's forward pass, as ONNX graphs: ST-GCN frozen and folded, its backward pass by
hand.

Everything that is constant is folded: normalisations into products, adjacency times importance into one matrix, biases
into one per channel and joint. The gradient of a convolution is a convolution with transposed, reversed weights; with a
stride, one convolution for the even frames and one for the odd ones. The graph product stands before the 1x1
convolution, forward and backward, where it has no sum of its own.

Variants: `joints` has the joints innermost, (N, C, T, V); `frames` has the frames innermost, (N, C, V, T), in which a
graph product is a product over long rows; `products` is `joints` with matrix products for the 1x1 convolutions after
the graph products. Which is the fastest differs by machine, so all are measured.
"""

import argparse
import json
import math
import struct
from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

VARIANTS = ["joints", "frames", "products"]
TAPS, EPS = 9, 1e-5
# Read by ONNX Runtime and onnxruntime-web.
OPSET, IR = 17, 8


def read_tensors(path):
    """A safetensors file of 32-bit floats."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    spans = {name: (of["shape"], [8 + length + at for at in of["data_offsets"]]) for name, of in header.items()}
    return {name: np.frombuffer(data[a:b], np.float32).reshape(shape) for name, (shape, (a, b)) in spans.items()}


class Network:
    """The weights, folded in float64."""

    def __init__(self, state):
        get = lambda name: state[name].astype(np.float64)

        def norm(name):
            scale = get(f"{name}.weight") / np.sqrt(get(f"{name}.running_var") + EPS)
            return scale, get(f"{name}.bias") - get(f"{name}.running_mean") * scale

        adjacency = get("A")
        self.subsets, self.joints, _ = adjacency.shape
        self.parents = state["parents"].astype(np.int64)
        (self.centre,) = np.flatnonzero(self.parents == np.arange(self.joints))
        self.scale, self.shift = (of.reshape(self.joints, 3) for of in norm("data_bn"))
        self.classifier, self.classifier_bias = get("fcn.weight")[:, :, 0, 0], get("fcn.bias")
        self.blocks = []
        for index, stride in enumerate(state["strides"].astype(int)):
            key = f"st_gcn_networks.{index}"
            graph = adjacency * get(f"edge_importance.{index}")
            scale, shift = norm(f"{key}.tcn.0")
            outputs = len(scale)
            # (K, O, C), and the bias that each joint collects over its edges, (O, V).
            spatial = get(f"{key}.gcn.conv.weight").reshape(self.subsets, outputs, -1) * scale[:, None]
            bias = get(f"{key}.gcn.conv.bias").reshape(self.subsets, outputs) * scale
            scale, bias_after = norm(f"{key}.tcn.3")
            block = {
                "stride": int(stride),
                "graph": graph,
                "spatial": spatial,
                "bias": np.einsum("ko,kvw->ow", bias, graph) + shift[:, None],
                "temporal": get(f"{key}.tcn.2.weight")[:, :, :, 0] * scale[:, None, None],
                "temporal_bias": get(f"{key}.tcn.2.bias") * scale + bias_after,
                "projection": None,
            }
            if f"{key}.residual.0.weight" in state:
                scale, shift = norm(f"{key}.residual.1")
                block["projection"] = get(f"{key}.residual.0.weight")[:, :, 0, 0] * scale[:, None]
                block["temporal_bias"] += get(f"{key}.residual.0.bias") * scale + shift
            self.blocks.append(block)


class Builder:
    """Nodes and constants of a graph of `batch` clips of `frames` frames."""

    def __init__(self, network, frames, batch, variant):
        self.net, self.frames, self.batch = network, frames, batch
        self.joints_last, self.products = variant != "frames", variant == "products"
        self.nodes, self.constants, self.known = [], [], {}

    def op(self, kind, *inputs, **attributes):
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def const(self, values, dtype=np.float32):
        array = np.ascontiguousarray(values, dtype)
        key = (array.tobytes(), array.shape, array.dtype)
        if key not in self.known:
            self.known[key] = f"const_{len(self.constants)}"
            self.constants.append(numpy_helper.from_array(array, self.known[key]))
        return self.known[key]

    def reshape(self, x, *shape):
        return self.op("Reshape", x, self.const(shape, np.int64))

    def activations(self, x, channels, frames):
        """To the shape of activations: (N, C, T, V) or (N, C, V, T)."""
        last = [frames, self.net.joints] if self.joints_last else [self.net.joints, frames]
        return self.reshape(x, self.batch, channels, *last)

    def window(self, along, other):
        """A pair of attributes over the two inner axes: `along` over frames."""
        return [along, other] if self.joints_last else [other, along]

    def conv(self, x, weights, bias=None, stride=1, pads=(0, 0)):
        """A convolution over the frames with (O, C, taps)."""
        kernel = weights[:, :, :, None] if self.joints_last else weights[:, :, None, :]
        begin, end = (self.window(pad, 0) for pad in pads)
        inputs = [x, self.const(kernel)] + ([] if bias is None else [self.const(bias)])
        attributes = {"kernel_shape": list(kernel.shape[2:]), "strides": self.window(stride, 1)}
        return self.op("Conv", *inputs, pads=begin + end, **attributes)

    def spread(self, x, graph, weights, frames):
        """sum over k of (O, C) weights times x times the graph: `graph` is (K, V, W), `weights` (K, O, C)."""
        k, o, c = weights.shape
        v = self.net.joints
        if self.joints_last:
            rows = self.reshape(x, self.batch, 1, c * frames, v)
            spread = self.op("MatMul", rows, self.const(graph))
            flat = weights.transpose(1, 0, 2)
        else:
            # One product for all subsets: (K V, V) times (N, C, V, T).
            spread = self.op("MatMul", self.const(graph.transpose(0, 2, 1).reshape(k * v, v)), x)
            flat = weights.transpose(1, 2, 0)
        flat = flat.reshape(o, k * c)
        if self.products:
            rows = self.reshape(spread, self.batch, k * c, frames * v)
            return self.activations(self.op("MatMul", self.const(flat), rows), o, frames)
        return self.conv(self.activations(spread, k * c, frames), flat[:, :, None])

    def masked(self, gradient, output):
        """The gradient where a ReLU's output is positive, as factors: faster than a choice by `Where`."""
        positive = self.op("Cast", self.op("Greater", output, self.const(0.0)), to=TensorProto.FLOAT)
        return self.op("Mul", gradient, positive)

    def forward(self, clip):
        """From (N, T, V, 3) to the logits, (N, classes); also what the backward pass needs of each block."""
        net, frames, kept = self.net, self.frames, []
        x = self.op("Add", self.op("Mul", clip, self.const(net.scale)), self.const(net.shift))
        x = self.op("Transpose", x, perm=[0, 3, 1, 2] if self.joints_last else [0, 3, 2, 1])
        for index, block in enumerate(net.blocks):
            y = self.spread(x, block["graph"], block["spatial"], frames)
            bias = block["bias"][:, None, :] if self.joints_last else block["bias"][:, :, None]
            y = self.op("Relu", self.op("Add", y, self.const(bias)))
            z = self.conv(y, block["temporal"], block["temporal_bias"], block["stride"], (TAPS // 2, TAPS // 2))
            if block["projection"] is not None:
                z = self.op("Add", z, self.conv(x, block["projection"][:, :, None], stride=block["stride"]))
            elif index > 0:
                z = self.op("Add", z, x)
            x = self.op("Relu", z)
            kept.append((frames, y, x))
            frames //= block["stride"]
        pooled = self.op("Flatten", self.op("GlobalAveragePool", x))
        logits = self.op("Gemm", pooled, self.const(net.classifier.T), self.const(net.classifier_bias))
        return logits, kept

    def backward(self, logits, kept, target):
        """The gradient of the cross-entropy, summed over the clips, to the clip: (N, T, V, 3)."""
        net = self.net
        hot = np.eye(len(net.classifier_bias))[target]
        off = self.op("Sub", self.op("Softmax", logits, axis=1), self.const(hot))
        last, stride = kept[-1][0], net.blocks[-1]["stride"]
        pooled = self.op("MatMul", off, self.const(net.classifier / (last // stride * net.joints)))
        gradient = self.reshape(pooled, self.batch, net.classifier.shape[1], 1, 1)
        for index in reversed(range(len(net.blocks))):
            block, (frames, y, x) = net.blocks[index], kept[index]
            after = self.masked(gradient, x)
            strided = block["stride"] > 1
            back = (self.strided if strided else self.reversed)(after, block, frames)
            spatial = block["spatial"].transpose(0, 2, 1)
            gradient = self.spread(self.masked(back, y), block["graph"].transpose(0, 2, 1), spatial, frames)
            if block["projection"] is not None:
                gradient = self.op("Add", gradient, self.unprojected(after, block, frames))
            elif index > 0:
                gradient = self.op("Add", gradient, after)
        gradient = self.op("Transpose", gradient, perm=[0, 2, 3, 1] if self.joints_last else [0, 3, 2, 1])
        return self.op("Mul", gradient, self.const(net.scale))

    def reversed(self, after, block, _):
        weights = block["temporal"].transpose(1, 0, 2)[:, :, ::-1]
        return self.conv(after, weights, pads=(TAPS // 2, TAPS // 2))

    def strided(self, after, block, frames):
        """Even frames see the even taps, odd frames the odd ones."""
        weights = block["temporal"].transpose(1, 0, 2)[:, :, ::-1]
        even = self.conv(after, weights[:, :, 0::2], pads=(2, 2))
        odd = self.conv(after, weights[:, :, 1::2], pads=(1, 2))
        return self.interleaved(even, odd, weights.shape[0], frames)

    def unprojected(self, after, block, frames):
        """The gradient through a strided 1x1 convolution: nothing reaches the odd frames."""
        even = self.conv(after, block["projection"].T[:, :, None])
        if block["stride"] == 1:
            return even
        return self.interleaved(even, self.op("Mul", even, self.const(0.0)), block["projection"].shape[1], frames)

    def interleaved(self, even, odd, channels, frames):
        axis = 3 if self.joints_last else 4
        pair = [self.op("Unsqueeze", x, self.const([axis], np.int64)) for x in (even, odd)]
        return self.activations(self.op("Concat", *pair, axis=axis), channels, frames)

    def smoothness(self, clip):
        """The gradient of the mean over the inner frames of the summed squares of the acceleration."""
        inner = self.frames - 2
        at = lambda start: self.op("Slice", clip, *(self.const([i], np.int64) for i in (start, start + inner, 1)))
        twice = self.const(2.0)
        bend = self.op("Sub", self.op("Add", at(0), at(2)), self.op("Mul", at(1), twice))
        bend = self.op("Mul", bend, self.const(2.0 / inner))
        pad = lambda before: self.op("Pad", bend, self.const([0, before, 0, 0, 0, 2 - before, 0, 0], np.int64))
        return self.op("Sub", self.op("Add", pad(0), pad(2)), self.op("Mul", pad(1), twice))

    def adam(self, clip, gradient, alpha):
        """Adam's step from the moments and the count before it; gives clip, moments and count after it."""
        count = self.op("Add", "count", self.const(1.0))
        mean = lambda old, new, rate: self.op(
            "Add", self.op("Mul", old, self.const(rate)), self.op("Mul", new, self.const(1 - rate))
        )
        first = mean("first", gradient, 0.9)
        second = mean("second", self.op("Mul", gradient, gradient), 0.999)
        share = lambda beta: self.op("Sub", self.const(1.0), self.op("Pow", self.const(beta), count))
        rate = self.op("Div", self.const(alpha), share(0.9))
        spread = self.op("Div", self.op("Sqrt", second), self.op("Sqrt", share(0.999)))
        change = self.op("Div", first, self.op("Add", spread, self.const(1e-8)))
        return self.op("Sub", clip, self.op("Mul", change, rate)), first, second, count

    def bounded(self, clip, epsilon):
        bound = self.const(epsilon)
        low, high = self.op("Sub", "clean", bound), self.op("Add", "clean", bound)
        return self.op("Min", self.op("Max", clip, low), high)

    def realigned(self, clip):
        """Each bone gets its length in `clean` back, in its own direction, from the centre outwards."""
        net = self.net
        parents = self.const(net.parents, np.int64)

        def bones(x):
            bones = self.op("Sub", x, self.op("Gather", x, parents, axis=2))
            return bones, self.op("ReduceL2", bones, axes=[3], keepdims=1)

        now, length = bones(clip)
        _, wanted = bones("clean")
        now = self.op("Mul", now, self.op("Div", wanted, self.op("Max", length, self.const(1e-9))))
        # The centre's bone is zero; the centre itself stands in its place.
        at_centre = (np.arange(net.joints) == net.centre)[:, None]
        now = self.op("Add", now, self.op("Mul", clip, self.const(at_centre)))
        # Each joint's position is the sum of the bones on its path from the centre.
        path = np.eye(net.joints)
        for joint in range(net.joints):
            at = joint
            while at != net.centre:
                at = net.parents[at]
                path[joint, at] = 1
        return self.op("MatMul", self.const(path), now)

    def model(self, outputs, inputs):
        """Names the outputs, and makes the model. Both map names to shapes; outputs also to the values' names."""
        for name, (value, _) in outputs.items():
            self.nodes.append(helper.make_node("Identity", [value], [name], name=name))
        info = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        graph = helper.make_graph(
            self.nodes,
            "st_gcn",
            [info(*entry) for entry in inputs.items()],
            [info(name, shape) for name, (_, shape) in outputs.items()],
            self.constants,
        )
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)
        checker.check_model(made)
        return made


def forward_graph(network, frames, batch, variant):
    """clip (N, T, V, 3) to logits (N, classes)."""
    build = Builder(network, frames, batch, variant)
    logits, _ = build.forward("clip")
    classes = len(network.classifier_bias)
    return build.model({"logits": (logits, [batch, classes])}, {"clip": [batch, frames, network.joints, 3]})


def step_graph(network, frames, batch, variant, attack):
    """One step: clip, clean, first, second (N, T, V, 3), count and lambda (1) to logits, gradient, and the next
    clip, first, second and count. `attack` has target, alpha and epsilon."""
    build = Builder(network, frames, batch, variant)
    shape = [batch, frames, network.joints, 3]
    logits, kept = build.forward("clip")
    gradient = build.backward(logits, kept, attack["target"])
    gradient = build.op("Add", gradient, build.op("Mul", build.smoothness("clip"), "lambda"))
    clip, first, second, count = build.adam("clip", gradient, attack["alpha"])
    clip = build.realigned(build.bounded(clip, attack["epsilon"]))
    outputs = {
        "logits": (logits, [batch, len(network.classifier_bias)]),
        "gradient": (gradient, shape),
        "next_clip": (clip, shape),
        "next_first": (first, shape),
        "next_second": (second, shape),
        "next_count": (count, [1]),
    }
    inputs = {name: shape for name in ["clip", "clean", "first", "second"]} | {"count": [1], "lambda": [1]}
    return build.model(outputs, inputs)


def product_graph(n):
    """a (n, n) to c: its product with a constant, as the weights of a network are, that keeps the values' size."""
    bound = math.sqrt(3 / n)
    b = np.random.default_rng(1).uniform(-bound, bound, (n, n)).astype(np.float32)
    info = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [n, n])
    node = helper.make_node("MatMul", ["a", "b"], ["c"])
    graph = helper.make_graph([node], "product", [info("a")], [info("c")], [numpy_helper.from_array(b, "b")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)


def main():
    """Writes step-VARIANT-FRAMES.onnx, forward-VARIANT-FRAMES.onnx and product-N.onnx, for the bench in the browser."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--weights", required=True, help="a safetensors file of the network, with A, parents, strides")
    parser.add_argument("--attack", required=True, help="JSON: target, alpha, epsilon")
    parser.add_argument("--frames", required=True, help="numbers of frames, with commas between")
    parser.add_argument("--product", type=int, default=0, help="the size of the matrix product; 0: none")
    parser.add_argument("--out", required=True, type=Path)
    options = parser.parse_args()
    network, attack = Network(read_tensors(options.weights)), json.loads(options.attack)
    options.out.mkdir(parents=True, exist_ok=True)
    if options.product:
        save(product_graph(options.product), options.out / f"product-{options.product}.onnx")
    for variant in VARIANTS:
        for frames in map(int, options.frames.split(",")):
            save(step_graph(network, frames, 1, variant, attack), options.out / f"step-{variant}-{frames}.onnx")
            save(forward_graph(network, frames, 1, variant), options.out / f"forward-{variant}-{frames}.onnx")


if __name__ == "__main__":
    main()
