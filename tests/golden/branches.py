"""Golden cases for ST-GCN++ and CTR-GCN: a plain NumPy program in 64 bits, written from the networks' descriptions.

    python tests/golden/branches.py tests/golden

Weights are made from their names alone, by the rule of `tests/native/support.rs` (`portable_branches`). Each case has a
clip `x0` (N, C, T, V, M), the logits, and slopes of a weighted sum of the logits along three directions, by central
differences.
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np

LAYERS = [(64, 1)] * 4 + [(128, 2), (128, 1), (128, 1), (256, 2), (256, 1), (256, 1)]
V, M, T, CLASSES = 25, 2, 14, 12
MASK = (1 << 64) - 1


def portable(name, shape, lo, hi):
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x100000001B3) & MASK
    count = int(np.prod(shape, dtype=np.int64))
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    u = (z >> np.uint64(40)).astype(np.float64) / (1 << 24)
    return (lo + (hi - lo) * u).astype(np.float32).astype(np.float64).reshape(shape)


class Weights:
    """Arrays by name; each is made when it is asked for."""

    def __init__(self, prefix):
        self.prefix, self.made = prefix, {}

    def __call__(self, key, *shape):
        if key not in self.made:
            one = len(shape) == 1
            bound = (3.0 / np.prod(shape[1:])) ** 0.5
            rules = [
                (key.endswith((".A", ".PA")), (-0.05, 0.15)),
                (key.endswith(".alpha"), (0.5, 1.0)),
                (key.endswith("running_mean"), (-0.2, 0.2)),
                (key == "data_bn.running_var", (0.02, 0.1)),
                (key.endswith("running_var"), (0.5, 2.0)),
                (key.endswith("bias"), (-0.15, 0.15)),
                (key.endswith("weight") and one, (0.5, 1.4)),
                # Three dense graphs of 25 joints are summed after it.
                (key.endswith("conv3.weight"), (-0.08 * bound, 0.08 * bound)),
                (True, (-bound, bound)),
            ]
            lo, hi = next(range_ for applies, range_ in rules if applies)
            self.made[key] = portable(f"{self.prefix}.{key}", shape, lo, hi)
        return self.made[key]


def relu(x):
    return np.maximum(x, 0.0)


def norm(w, key, x):
    """x: (N, C, ...)."""
    c = x.shape[1]
    gain, shift, mean, var = (w(f"{key}.{n}", c) for n in ("weight", "bias", "running_mean", "running_var"))
    at = (slice(None),) + (None,) * (x.ndim - 2)
    return (x - mean[at]) / np.sqrt(var[at] + 1e-5) * gain[at] + shift[at]


def conv(w, key, x, out, taps=1, dilation=1, stride=1):
    """A convolution over time with zeros around the clip; x: (N, C, T, V)."""
    n, c, t, v = x.shape
    weight, bias = w(f"{key}.weight", out, c, taps, 1), w(f"{key}.bias", out)
    pad = dilation * (taps - 1) // 2
    wide = np.pad(x, ((0, 0), (0, 0), (pad, pad), (0, 0)))
    frames = range(0, t, stride)
    y = np.zeros((n, out, len(frames), v))
    for i, frame in enumerate(frames):
        for tap in range(taps):
            y[:, :, i] += np.einsum("oc,ncv->nov", weight[:, :, tap, 0], wide[:, :, frame + tap * dilation])
    return y + bias[None, :, None, None]


def highest(x, stride):
    t = x.shape[2]
    return np.stack([x[:, :, max(i - 1, 0):i + 2].max(2) for i in range(0, t, stride)], 2)


def start(w, x, per_person):
    """The input's normalisation; (N, C, T, V, M) to (N M, C, T, V)."""
    n, c, t, v, m = x.shape
    x = x.transpose(0, 4, 3, 1, 2)
    x = x.reshape(n * m, v * c, t) if per_person else x.reshape(n, m * v * c, t)
    return norm(w, "data_bn", x).reshape(n * m, v, c, t).transpose(0, 2, 3, 1)


def end(w, key, x, n):
    pooled = x.mean((2, 3)).reshape(n, M, -1).mean(1)
    return pooled @ w(f"{key}.weight", CLASSES, x.shape[1]).T + w(f"{key}.bias", CLASSES)


def shortcut(w, key, x, i, out, stride):
    if i == 0:
        return 0.0
    if x.shape[1] == out and stride == 1:
        return x
    return norm(w, f"{key}.bn", conv(w, f"{key}.conv", x, out, stride=stride))


def down(w, key, x, out):
    return x if x.shape[1] == out else norm(w, f"{key}.1", conv(w, f"{key}.0", x, out))


def st_gcn_pp(w, x):
    n = x.shape[0]
    x = start(w, x, per_person=True)
    for i, (out, stride) in enumerate(LAYERS):
        key, (rows, c, t, v) = f"gcn.{i}", x.shape
        subsets = conv(w, f"{key}.gcn.conv", x, 3 * out).reshape(rows, 3, out, t, v)
        y = norm(w, f"{key}.gcn.bn", np.einsum("nkctv,kvw->nctw", subsets, w(f"{key}.gcn.A", 3, v, v)))
        y = relu(y + down(w, f"{key}.gcn.down", x, out))
        each, parts = out // 6, []
        for b in range(6):
            branch, width = f"{key}.tcn.branches.{b}", out - 5 * each if b == 0 else each
            if b == 5:
                parts.append(conv(w, branch, y, width, stride=stride))
                continue
            h = relu(norm(w, f"{branch}.1", conv(w, f"{branch}.0", y, width)))
            parts.append(highest(h, stride) if b == 4 else conv(w, f"{branch}.3.conv", h, width, 3, b + 1, stride))
        y = relu(norm(w, f"{key}.tcn.transform.0", np.concatenate(parts, 1)))
        y = norm(w, f"{key}.tcn.bn", conv(w, f"{key}.tcn.transform.2", y, out))
        x = relu(y + shortcut(w, f"{key}.residual", x, i, out, stride))
    return end(w, "fc_cls", x, n)


def ctr_gcn(w, x):
    n = x.shape[0]
    x = start(w, x, per_person=False)
    for i, (out, stride) in enumerate(LAYERS):
        key, (_, c, _, v) = f"l{i + 1}", x.shape
        relations = 8 if c == 3 else c // 8
        graphs, alpha, y = w(f"{key}.gcn1.PA", 3, v, v), w(f"{key}.gcn1.alpha", 1)[0], 0.0
        for k in range(3):
            conv_k = f"{key}.gcn1.convs.{k}.conv"
            a = conv(w, f"{conv_k}1", x, relations).mean(2)
            b = conv(w, f"{conv_k}2", x, relations).mean(2)
            refined = conv(w, f"{conv_k}4", np.tanh(a[:, :, :, None] - b[:, :, None, :]), out)
            y = y + np.einsum("ncuv,nctv->nctu", refined * alpha + graphs[k], conv(w, f"{conv_k}3", x, out))
        y = relu(norm(w, f"{key}.gcn1.bn", y) + down(w, f"{key}.gcn1.down", x, out))
        width, parts = out // 4, []
        for b in range(4):
            branch = f"{key}.tcn1.branches.{b}"
            if b == 3:
                parts.append(norm(w, f"{branch}.1", conv(w, f"{branch}.0", y, width, stride=stride)))
                continue
            h = relu(norm(w, f"{branch}.1", conv(w, f"{branch}.0", y, width)))
            if b == 2:
                parts.append(norm(w, f"{branch}.4", highest(h, stride)))
            else:
                h = conv(w, f"{branch}.3.conv", h, width, 5, b + 1, stride)
                parts.append(norm(w, f"{branch}.3.bn", h))
        x = relu(np.concatenate(parts, 1) + shortcut(w, f"{key}.residual", x, i, out, stride))
    return end(w, "fc", x, n)


def write(path, arrays):
    header, data = {}, b""
    for name, array in arrays.items():
        raw = np.ascontiguousarray(array, dtype="<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def main(folder):
    x = portable("branches.x0", (1, 3, T, V, M), -0.5, 0.5)
    sums = portable("branches.sum", (CLASSES,), -1.0, 1.0)
    directions = np.stack([portable(f"branches.direction.{i}", x.shape, -1.0, 1.0) for i in range(3)])
    for name, network in [("stgcnpp", st_gcn_pp), ("ctrgcn", ctr_gcn)]:
        w = Weights(name)
        logits, slopes = network(w, x), []
        for d in directions:
            up, below = (network(w, x + h * d)[0] @ sums for h in (1e-7, -1e-7))
            slopes.append((up - below) / 2e-7)
        write(folder / f"{name}_case.safetensors", {"x0": x, "logits": logits, "slopes": np.array(slopes)})
        print(name, "arrays", len(w.made), "logits", logits.min(), logits.max(), "slopes", slopes)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
