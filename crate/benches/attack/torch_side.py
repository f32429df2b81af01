"""One side of the bench: PyTorch, eager, on the CPU or on CUDA.

It holds ST-GCN for 25 joints and 60 classes with the portable weights of the golden files (tests/native/support.rs and
web/bench/network.js have the same rule), and the attack's step: forward, cross-entropy and smoothness, gradient to the
input, Adam, clip, realignment of the bones from the centre outwards.
"""

import argparse
import json
import math
import warnings

# PyTorch warns if NumPy is missing; it is not needed here.
warnings.filterwarnings("ignore", message="Failed to initialize NumPy")

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.fusion import fuse_conv_bn_eval

from answer import answer, timed

JOINTS, CLASSES, CENTRE, TARGET = 25, 60, 20, 7
ALPHA, EPSILON, LAMBDA = 0.01, 0.02, 1.0
PARENTS = [1, 20, 20, 2, 20, 4, 5, 6, 20, 8, 9, 10, 0, 12, 13, 14, 0, 16, 17, 18, 20, 22, 7, 24, 11]
BLOCKS = [(64, 1), (64, 1), (64, 1), (64, 1), (128, 2), (128, 1), (128, 1), (256, 2), (256, 1), (256, 1)]


def signed(value):
    """A 64-bit pattern as PyTorch's signed integers have it; their arithmetic wraps as the unsigned one does."""
    return value - (1 << 64) if value >= 1 << 63 else value


def portable(name, shape, lo, hi):
    """Values made from the array's name: splitmix64 seeded with its FNV-1a hash."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % (1 << 64)
    shifted = lambda z, by: (z >> by) & ((1 << (64 - by)) - 1)  # a logical shift
    z = torch.arange(1, math.prod(shape) + 1) * signed(0x9E3779B97F4A7C15) + signed(seed)
    z = (z ^ shifted(z, 30)) * signed(0xBF58476D1CE4E5B9)
    z = (z ^ shifted(z, 27)) * signed(0x94D049BB133111EB)
    share = shifted(z ^ shifted(z, 31), 40).double() / 2**24
    return (lo + (hi - lo) * share).float().reshape(shape)


def limits(name, shape):
    """The range of an array's values."""
    uniform = lambda a: (-math.sqrt(a / math.prod(shape[1:])), math.sqrt(a / math.prod(shape[1:])))
    if name.startswith("edge_importance"):
        return 0.5, 1.5
    if name.endswith("running_mean"):
        return -0.2, 0.2
    if name == "data_bn.running_var":
        return 0.02, 0.1
    if name.endswith("running_var"):
        return 0.5, 2.0
    if name.endswith("bias"):
        return -0.15, 0.15
    if name.endswith("weight") and len(shape) == 1:
        return 0.5, 1.4
    if name == "fcn.weight":
        return uniform(12)
    return uniform(6 if name.endswith("gcn.conv.weight") else 3)


def adjacency():
    """The 'spatial' partition, (3, V, V): self, away from the centre, towards it; column-normalised."""
    near = lambda a, b: a == b or PARENTS[a] == b or PARENTS[b] == a
    hops = lambda j: 0 if j == CENTRE else 1 if near(j, CENTRE) else math.inf
    a = torch.zeros(3, JOINTS, JOINTS)
    for to in range(JOINTS):
        around = [j for j in range(JOINTS) if near(j, to)]
        for j in around:
            a[0 if j == to else 1 if hops(j) >= hops(to) else 2, j, to] = 1 / len(around)
    return a


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride, first):
        super().__init__()
        self.gcn = nn.Module()
        self.gcn.conv = nn.Conv2d(inputs, 3 * outputs, 1)
        norm = lambda: nn.BatchNorm2d(outputs)
        temporal = nn.Conv2d(outputs, outputs, (9, 1), (stride, 1), (4, 0))
        self.tcn = nn.Sequential(norm(), nn.ReLU(), temporal, norm(), nn.Dropout(0.5))
        self.residual = None if first else nn.Identity()
        if not first and (inputs, 1) != (outputs, stride):
            self.residual = nn.Sequential(nn.Conv2d(inputs, outputs, 1, (stride, 1)), norm())

    def forward(self, x, a):
        y = self.gcn.conv(x)
        n, kc, t, v = y.shape
        y = torch.einsum("nkctv,kvw->nctw", y.view(n, 3, kc // 3, t, v), a)
        y = self.tcn(y.contiguous())
        return torch.relu(y if self.residual is None else y + self.residual(x))


class StGcn(nn.Module):
    """As published by yysijie: (N, C, T, V, M) to (N, classes)."""

    def __init__(self):
        super().__init__()
        self.register_buffer("A", adjacency())
        self.data_bn = nn.BatchNorm1d(3 * JOINTS)
        inputs = [3] + [c for c, _ in BLOCKS]
        blocks = [Block(i, o, s, n == 0) for n, (i, (o, s)) in enumerate(zip(inputs, BLOCKS))]
        self.st_gcn_networks = nn.ModuleList(blocks)
        self.edge_importance = nn.ParameterList(nn.Parameter(torch.ones(3, JOINTS, JOINTS)) for _ in BLOCKS)
        self.fcn = nn.Conv2d(256, CLASSES, 1)

    def forward(self, x):
        n, c, t, v, m = x.shape
        x = x.permute(0, 4, 3, 1, 2).reshape(n * m, v * c, t)
        x = self.data_bn(x).view(n * m, v, c, t).permute(0, 2, 3, 1).contiguous()
        for block, importance in zip(self.st_gcn_networks, self.edge_importance):
            x = block(x, self.A * importance)
        x = x.mean((2, 3)).view(n, m, -1).mean(1)
        return self.fcn(x[:, :, None, None]).view(n, CLASSES)

    def fold(self):
        """Normalisations into the convolutions before them, adjacency times importance once."""
        for block in self.st_gcn_networks:
            # The graph product in between works on each channel alone: it passes the scale on, but not the shift.
            norm, conv = block.tcn[0], block.gcn.conv
            scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
            shift = norm.bias - norm.running_mean * scale
            conv.weight.mul_(scale.repeat(3)[:, None, None, None])
            conv.bias.mul_(scale.repeat(3))
            block.tcn = nn.Sequential(Shift(shift), nn.ReLU(), fuse_conv_bn_eval(block.tcn[2], block.tcn[3]))
            if isinstance(block.residual, nn.Sequential):
                block.residual = fuse_conv_bn_eval(*block.residual)
        for importance in self.edge_importance:
            importance.mul_(self.A)
        self.A.fill_(1)


class Shift(nn.Module):
    def __init__(self, shift):
        super().__init__()
        self.register_buffer("shift", shift[:, None, None])

    def forward(self, x):
        return x + self.shift


def network(variant):
    net = StGcn().eval().requires_grad_(False)
    state = net.state_dict()
    for name, tensor in state.items():
        if name != "A" and tensor.is_floating_point():
            tensor.copy_(portable(name, tuple(tensor.shape), *limits(name, tuple(tensor.shape))))
    if variant == "folded":
        net.fold()
    return net


class Side:
    def __init__(self, device, variant):
        self.device = torch.device(device)
        self.net = network(variant).to(self.device)
        # Each joint's position is the sum of the bones on its path from the centre: (V, V).
        path = torch.zeros(JOINTS, JOINTS)
        for joint in range(JOINTS):
            at = joint
            path[joint, at] = 1
            while at != CENTRE:
                at = PARENTS[at]
                path[joint, at] = 1
        self.path = path.to(self.device)

    def begin(self, clip, frames, batch):
        """`clip` is a file of little-endian (T, V, C) values; the batch is as many copies of it."""
        with open(clip, "rb") as file:
            values = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
        values = values.view(1, frames, JOINTS, 3).repeat(batch, 1, 1, 1)
        self.clean = values.to(self.device)
        self.x = self.clean.clone()
        self.first, self.second, self.count = torch.zeros_like(self.x), torch.zeros_like(self.x), 0
        self.lengths = self.bones(self.clean).norm(dim=3, keepdim=True)

    @staticmethod
    def bones(x):
        return x - x[:, :, PARENTS]

    def losses(self, smooth=True):
        """The logits, and the gradient of the summed loss of the clips, (N, T, V, C)."""
        x = self.x.clone().requires_grad_(True)
        logits = self.net(x.permute(0, 3, 1, 2).unsqueeze(4))
        target = torch.full((len(x),), TARGET, device=self.device)
        loss = cross_entropy(logits, target, reduction="sum")
        if smooth:
            acceleration = x[:, 2:] + x[:, :-2] - 2 * x[:, 1:-1]
            loss = loss + LAMBDA * acceleration.square().sum() / (x.shape[1] - 2)
        (gradient,) = torch.autograd.grad(loss, x)
        return logits.detach(), gradient

    def step(self):
        logits, gradient = self.losses()
        self.count += 1
        self.first.mul_(0.9).add_(gradient, alpha=0.1)
        self.second.mul_(0.999).addcmul_(gradient, gradient, value=0.001)
        rate = ALPHA / (1 - 0.9**self.count)
        scale = math.sqrt(1 - 0.999**self.count)
        self.x.addcdiv_(self.first, self.second.sqrt().div_(scale).add_(1e-8), value=-rate)
        self.x = torch.minimum(torch.maximum(self.x, self.clean - EPSILON), self.clean + EPSILON)
        bones = self.bones(self.x)
        bones = bones * (self.lengths / bones.norm(dim=3, keepdim=True).clamp_min(1e-9))
        bones[:, :, CENTRE] = self.x[:, :, CENTRE]
        self.x = self.path @ bones
        # This engine also reads the logits of every step.
        return logits.cpu()

    def wait(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def forward(self, count):
        def once():
            with torch.no_grad():
                self.net(self.clean.permute(0, 3, 1, 2).unsqueeze(4)).cpu()

        return self.timed(count, once)

    def timed(self, count, action):
        return timed(count, action, self.wait)

    def check(self):
        logits, gradient = self.losses(smooth=False)
        self.step()
        return {key: of[0].flatten().tolist() for key, of in
                [("logits", logits), ("gradient", gradient), ("moved", self.x)]}

    def product(self, n, count):
        scale = math.sqrt(3 / n)
        a, b = (torch.empty(n, n, device=self.device).uniform_(-scale, scale) for _ in range(2))

        def once():
            nonlocal a
            a = a @ b

        once()
        return self.timed(count, once)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--variant", choices=["plain", "folded"], default="plain")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    # float32 on both sides: products of lower precision on a GPU would be another computation.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    if options.device == "cuda" and not torch.cuda.is_available():
        print(json.dumps({"error": "PyTorch sees no CUDA device"}), flush=True)
        return
    side = Side(options.device, options.variant)
    name = torch.cuda.get_device_name() if options.device == "cuda" else f"{torch.get_num_threads()} threads"
    calls = {
        "begin": side.begin,
        "steps": lambda count: side.timed(count, side.step),
        "forward": side.forward,
        "check": side.check,
        "product": side.product,
    }
    answer({"version": torch.__version__, "detail": name}, calls)


if __name__ == "__main__":
    main()
