"""Called by tests/oracle/pretrained: classes of photos, convlab's and Keras'."""

import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import numpy as np
from keras import ops
from tensors import read

SIDE = 224
MEANS = np.array([104, 117, 123], np.float32)  # of blue, green and red, as Caffe's networks have it
BATCH = 50
MIN_SAME = 0.998
TEXT = """# Pretrained networks

What `tests/oracle/pretrained` has found: `convlab classify` beside Keras 3 on JAX, which reads the same weights and the same
decoded pixels, of {images}. Top-1 is of ImageNet's 1,000 classes. Most of Imagenette's validation images were in ImageNet's training set,
so these networks have seen them: the figures compare implementations and say little about new images.

{date}, at {commit}:

| network | images | same class as Keras | largest difference of a probability | top-1, convlab | top-1, Keras |
|---|--:|--:|--:|--:|--:|
{rows}
"""


class Network:
    """The layers of Caffe's networks, whose pooling rounds sizes up; images are NHWC."""

    def __init__(self, weights):
        self.weights = weights

    def conv(self, x, name, stride=1, pad=0):
        kernel = self.weights[name + ".weight"].transpose(2, 3, 1, 0)
        x = ops.pad(x, [(0, 0), (pad, pad), (pad, pad), (0, 0)])
        x = ops.conv(x, kernel, stride, "valid", data_format="channels_last")
        return ops.relu(x + self.weights[name + ".bias"])

    def pool(self, x, stride=2, pad=0):
        size = x.shape[1]
        windows = -(-(size + 2 * pad - 3) // stride) + 1
        if (windows - 1) * stride >= size + pad:
            windows -= 1
        pads = (pad, (windows - 1) * stride + 3 - size - pad)
        x = ops.pad(x, [(0, 0), pads, pads, (0, 0)], constant_values=-np.inf)
        return ops.max_pool(x, 3, stride, "valid", data_format="channels_last")

    def norm(self, x):
        channels = x.shape[-1]
        squares = ops.pad(x * x, [(0, 0), (0, 0), (0, 0), (2, 2)])
        sums = sum(squares[..., i : i + channels] for i in range(5))
        return x / (1 + 1e-4 / 5 * sums) ** 0.75


class SqueezeNet(Network):
    def fire(self, x, i):
        x = self.conv(x, f"fire{i}/squeeze1x1")
        wide = self.conv(x, f"fire{i}/expand3x3", pad=1)
        return ops.concatenate([self.conv(x, f"fire{i}/expand1x1"), wide], -1)

    def __call__(self, x):
        x = self.pool(self.conv(x, "conv1", 2))
        x = self.pool(self.fire(self.fire(x, 2), 3))
        x = self.pool(self.fire(self.fire(x, 4), 5))
        for i in (6, 7, 8, 9):
            x = self.fire(x, i)
        return ops.mean(self.conv(x, "conv10"), (1, 2))


class GoogLeNet(Network):
    def inception(self, x, i):
        def conv(x, name, pad=0):
            return self.conv(x, f"inception_{i}/{name}", pad=pad)

        parts = [
            conv(x, "1x1"),
            conv(conv(x, "3x3_reduce"), "3x3", 1),
            conv(conv(x, "5x5_reduce"), "5x5", 2),
            conv(self.pool(x, 1, 1), "pool_proj"),
        ]
        return ops.concatenate(parts, -1)

    def __call__(self, x):
        x = self.norm(self.pool(self.conv(x, "conv1/7x7_s2", 2, 3)))
        x = self.norm(self.conv(self.conv(x, "conv2/3x3_reduce"), "conv2/3x3", pad=1))
        for block in (("3a", "3b"), ("4a", "4b", "4c", "4d", "4e"), ("5a", "5b")):
            x = self.pool(x)
            for i in block:
                x = self.inception(x, i)
        kernel = self.weights["loss3/classifier.weight"].reshape(1000, 1024)
        return ops.mean(x, (1, 2)) @ kernel.T + self.weights["loss3/classifier.bias"]


NETWORKS = {"squeezenet1.1": SqueezeNet, "googlenet": GoogLeNet}


def keras_classes(root, name, weights, images):
    """Returns the most probable class of each image and its probability."""
    network = NETWORKS[name](read(weights)[0])
    predict = jax.jit(lambda x: ops.softmax(network(x)))
    program = root / "build/native/tests/convlab_oracle_dump"
    with tempfile.TemporaryFile() as names:
        names.write("".join(f"{image}\n" for image in images).encode())
        names.seek(0)
        pixels = subprocess.Popen([program, "--pixels", name], stdin=names, stdout=subprocess.PIPE)
    best = []
    for begin in range(0, len(images), BATCH):
        count = min(BATCH, len(images) - begin)
        # The last batch is filled up, so that nothing is compiled twice.
        x = np.zeros((BATCH, SIDE, SIDE, 3), np.uint8)
        data = pixels.stdout.read(count * x[0].size)
        x[:count] = np.frombuffer(data, np.uint8).reshape(count, SIDE, SIDE, 3)
        scores = np.asarray(predict(x[..., ::-1] - MEANS))[:count]
        best += zip(scores.argmax(1).tolist(), scores.max(1).tolist(), strict=True)
    if pixels.wait() != 0:
        sys.exit("oracle: convlab_oracle_dump failed")
    return best


def convlab_classes(root, name, weights, images):
    command = [root / "build/native/convlab", "classify", "--model", name, "--weights", weights]
    command += ["--top-k", "1", "--json", "-", *images]
    output = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    tops = [json.loads(line)["top"][0] for line in output.stdout.splitlines()]
    return [(top["class"], top["score"]) for top in tops]


def percent(fraction):
    return f"{100 * fraction:.2f} %"


def compare(root, name, weights, images):
    """Returns a row of the table, and the fraction of images with the same class."""
    lines = (root / "assets/imagenet_classes.txt").read_text().splitlines()
    ids = [line.split()[0] for line in lines]
    labels = [ids.index(image.parent.name) for image in images]
    ours = convlab_classes(root, name, weights, images)
    theirs = keras_classes(root, name, weights, images)
    pairs = list(zip(ours, theirs, strict=True))
    same = sum(a[0] == b[0] for a, b in pairs) / len(pairs)
    difference = max(abs(a[1] - b[1]) for a, b in pairs)

    def top1(classes):
        right = sum(c[0] == label for c, label in zip(classes, labels, strict=True))
        return percent(right / len(labels))

    row = [name, f"{len(images):,}", percent(same), f"{difference:.1e}", top1(ours), top1(theirs)]
    return f"| {' | '.join(row)} |", same


def main():
    root, backbones, photos = map(pathlib.Path, sys.argv[1:])
    images = sorted(photos.glob("n*/*.JPEG"))
    if not images:
        sys.exit(f"oracle: no images {photos}/n*/*.JPEG")
    rows = []
    failed = []
    for name in NETWORKS:
        weights = backbones / f"{name}.safetensors"
        if not weights.exists():
            print(f"oracle: there is no {weights}; {name} is not measured")
            continue
        row, same = compare(root, name, weights, images)
        print(row, flush=True)
        rows.append(row)
        if same < MIN_SAME:
            failed.append(f"{name}: {percent(same)} are the same; expected {percent(MIN_SAME)}")
    git = ["git", "-C", root, "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    per_class = len(images) // len({image.parent for image in images})
    text = TEXT.format(
        date=datetime.date.today(),
        commit=commit,
        images=f"{per_class} validation images of each class of Imagenette",
        rows="\n".join(rows),
    )
    (root / "docs/results/pretrained.md").write_text(text)
    if failed:
        sys.exit("\n".join(failed))


main()
