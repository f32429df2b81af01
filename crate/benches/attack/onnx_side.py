"""One side of the bench: ONNX Runtime on the CPU, with the graphs of onnx_graph.py.

The whole step is one graph. Clip, moments and count go round from its outputs to its inputs.
"""

import argparse
import json
import math

import numpy as np
import onnxruntime

from answer import answer, timed
from onnx_graph import VARIANTS, Network, forward_graph, product_graph, read_tensors, step_graph

STATE = ["clip", "first", "second", "count"]


class Side:
    def __init__(self, weights, attack, variant, threads):
        self.network, self.attack, self.variant = Network(read_tensors(weights)), attack, variant
        self.settings = onnxruntime.SessionOptions()
        self.settings.intra_op_num_threads = threads
        self.settings.inter_op_num_threads = 1
        self.sessions = {}

    def open(self, model):
        providers = ["CPUExecutionProvider"]
        return onnxruntime.InferenceSession(model.SerializeToString(), self.settings, providers=providers)

    def session(self, kind):
        """The session for the current shape: `step` or `forward`."""
        key = (kind, *self.clean.shape[:2])
        if key not in self.sessions:
            batch, frames = self.clean.shape[:2]
            make = {
                "step": lambda: step_graph(self.network, frames, batch, self.variant, self.attack),
                "forward": lambda: forward_graph(self.network, frames, batch, self.variant),
            }
            self.sessions[key] = self.open(make[kind]())
        return self.sessions[key]

    def begin(self, clip, frames, batch):
        """`clip` is a file of little-endian (T, V, C) values; the batch is as many copies of it."""
        values = np.fromfile(clip, "<f4").reshape(1, frames, self.network.joints, 3)
        self.clean = np.repeat(values, batch, axis=0)
        zeros = np.zeros_like(self.clean)
        self.state = dict(zip(STATE, [self.clean, zeros, zeros, np.zeros(1, np.float32)]))
        self.session("step")

    def run(self, outputs, smooth):
        weight = np.array([smooth], np.float32)
        return self.session("step").run(outputs, {**self.state, "clean": self.clean, "lambda": weight})

    def step(self):
        after = self.run(["logits"] + [f"next_{name}" for name in STATE], self.attack["lambda"])
        self.state = dict(zip(STATE, after[1:]))

    def check(self):
        logits, gradient = self.run(["logits", "gradient"], 0)
        (alone,) = self.session("forward").run(None, {"clip": self.clean})
        if np.abs(alone - logits).max() > 1e-5 * np.abs(logits).max():
            raise ValueError("the forward pass alone gives other logits than the step")
        self.step()
        found = {"logits": logits, "gradient": gradient, "moved": self.state["clip"]}
        return {key: of[0].flatten().tolist() for key, of in found.items()}

    def forward(self, count):
        session = self.session("forward")
        return timed(count, lambda: session.run(None, {"clip": self.clean}))

    def product(self, n, count):
        session = self.open(product_graph(n))
        bound = math.sqrt(3 / n)
        a = np.random.default_rng(2).uniform(-bound, bound, (n, n)).astype(np.float32)

        def once():
            nonlocal a
            (a,) = session.run(None, {"a": a})

        once()
        return timed(count, once)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weights", required=True, help="a safetensors file of the network, with A, parents, strides")
    parser.add_argument("--attack", required=True, help="JSON: target, alpha, epsilon, lambda")
    parser.add_argument("--variant", choices=VARIANTS, required=True)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    side = Side(options.weights, json.loads(options.attack), options.variant, options.threads)
    calls = {
        "begin": side.begin,
        "steps": lambda count: timed(count, side.step),
        "forward": side.forward,
        "check": side.check,
        "product": side.product,
    }
    answer({"version": onnxruntime.__version__, "detail": f"CPU, {options.threads} threads"}, calls)


if __name__ == "__main__":
    main()
