"""Measures PyTorch (official wheel, channels-last) on the networks and initial weights of
convlab_peer_models.

    pytorch.py train FILE THREADS SECONDS      training steps with SGD; checks the losses first
    pytorch.py inference FILE THREADS SECONDS  forward passes; checks the outputs' magnitude first
    pytorch.py ops JSON THREADS SECONDS        convolutions: [{batch, image, inputs, filters, same}]

Prints one JSON object per line.
"""

import json
import statistics
import sys
import time

import torch
from safetensors import safe_open
from torch import nn
from torch.nn import functional


class FlattenNhwc(nn.Module):
    """Flattens in convlab's order, with channels innermost; free in the channels-last format."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


def padding_of(options):
    return options["kernel"] // 2 if options["padding"] == "same" else 0


class Peer:
    """Builds a network from a file of convlab_peer_models."""

    def __init__(self, path):
        with safe_open(path, "pt") as file:
            self.info = file.metadata()
            self.tensors = {name: file.get_tensor(name) for name in file.keys()}
        graph = json.loads(self.info["graph"])
        self.network = nn.Sequential(*self.layers(graph)).to(memory_format=torch.channels_last)
        images = self.tensors["images"].permute(0, 3, 1, 2).float() / 255
        self.images = images.contiguous(memory_format=torch.channels_last)
        self.labels = self.tensors["labels"].long()

    def parameter(self, layer, name):
        return nn.Parameter(self.tensors[f"parameter/{layer}.{name}"].clone())

    def layers(self, graph):
        channels = graph["input"][2]
        for layer in graph["layers"]:
            kind, options, name = layer["kind"], layer.get("options", {}), layer["name"]
            if kind == "conv2d":
                filters = options["filters"]
                module = nn.Conv2d(channels, filters, options["kernel"], padding=padding_of(options))
                kernel = self.parameter(name, "kernel").permute(0, 3, 1, 2)
                module.weight = nn.Parameter(kernel.contiguous())
                module.bias = self.parameter(name, "bias")
                channels = filters
            elif kind == "dense":
                kernel = self.parameter(name, "kernel")
                module = nn.Linear(kernel.shape[1], kernel.shape[0])
                module.weight, module.bias = kernel, self.parameter(name, "bias")
            else:
                module = {
                    "relu": lambda: nn.ReLU(inplace=True),
                    "max_pool2d": lambda: nn.MaxPool2d(options.get("window", 2)),
                    "flatten": FlattenNhwc,
                    "dropout": lambda: nn.Dropout(options["rate"]),
                }[kind]()
            yield module

    def use_dropout(self, wanted):
        for module in self.network:
            if isinstance(module, nn.Dropout):
                module.train(wanted)


def measure(action, seconds):
    """Returns the median duration in milliseconds, after one warm-up call."""
    action()
    times = []
    end = time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def gemm_gflops(seconds):
    a = torch.full((1024, 1024), 0.5)
    ms = measure(lambda: a @ a, seconds / 3)
    return 2 * 1024**3 / ms * 1e-6


def train(path, seconds):
    peer = Peer(path)
    peer.network.train()
    optimizer = torch.optim.SGD(peer.network.parameters(), float(peer.info["learning_rate"]))

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = functional.cross_entropy(peer.network(peer.images), peer.labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    peer.use_dropout(False)
    expected = peer.tensors["losses"].tolist()
    start = time.perf_counter()
    losses = [step()]
    first = (time.perf_counter() - start) * 1e3
    losses += [step() for _ in expected[1:]]
    peer.use_dropout(True)
    difference = max(abs(a - b) / b for a, b in zip(losses, expected, strict=True))
    ms = measure(step, seconds)
    return {"difference": difference, "first_step_ms": first, "step_ms": ms,
            "images_per_second": len(peer.labels) / ms * 1e3}


def inference(path, seconds):
    peer = Peer(path)
    peer.network.eval()
    with torch.inference_mode():
        start = time.perf_counter()
        outputs = peer.network(peer.images)
        first = (time.perf_counter() - start) * 1e3
        magnitude = outputs.abs().mean(dtype=torch.float64).item()
        expected = peer.tensors["magnitude"].item()
        ms = measure(lambda: peer.network(peer.images), seconds)
    return {"difference": abs(magnitude - expected) / expected, "first_step_ms": first,
            "step_ms": ms, "images_per_second": len(peer.images) / ms * 1e3}


def convolution(shape, seconds):
    """Returns milliseconds of the forward pass and of both gradients together. With one or three
    input channels (a first layer) only the kernel gradient is computed."""
    def tensor(*dims):
        return torch.randn(*dims).contiguous(memory_format=torch.channels_last)

    padding = [1, 1] if shape["same"] else [0, 0]
    output = shape["image"] - (0 if shape["same"] else 2)
    x = tensor(shape["batch"], shape["inputs"], shape["image"], shape["image"])
    kernel = tensor(shape["filters"], shape["inputs"], 3, 3)
    bias = torch.randn(shape["filters"])
    dy = tensor(shape["batch"], shape["filters"], output, output)
    wanted = [shape["inputs"] > 3, True, True]
    with torch.inference_mode():
        forward = measure(lambda: functional.conv2d(x, kernel, bias, padding=padding), seconds)
        grads = measure(
            lambda: torch.ops.aten.convolution_backward(
                dy, x, kernel, [shape["filters"]], [1, 1], padding, [1, 1], False, [0, 0], 1, wanted
            ),
            seconds,
        )
    return {**shape, "forward_ms": forward, "grads_ms": grads}


def main():
    work, what, threads, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    if work == "ops":
        for shape in json.loads(what):
            print(json.dumps({"threads": threads, **convolution(shape, seconds)}), flush=True)
    else:
        result = {"train": train, "inference": inference}[work](what, seconds)
        print(json.dumps({"threads": threads, "gemm_peak_gflops": gemm_gflops(seconds), **result}))


main()
