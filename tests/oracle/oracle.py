"""Shared by all compare*.py: sets up Keras 3 on JAX, reads the files of convlab_oracle_dump."""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"
# Most of the time is spent compiling.
os.environ["XLA_FLAGS"] = "--xla_backend_optimization_level=0"

import keras
import numpy as np
from tensors import read

keras.config.set_floatx("float64")

DUMP = pathlib.Path(os.environ["ORACLE_DUMP"])

# For each kind of comparison: the largest error ratio so far and its limit.
worst = {}


def files(kind):
    return sorted(DUMP.glob(f"{kind}-*.safetensors"))


def group(tensors, prefix):
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}


def options(metadata, prefix):
    """Returns the options that Dump::options wrote."""
    return {name: json.loads(text) for name, text in group(metadata, prefix + ".").items()}


def manifest(names):
    """Returns the registered names of a kind."""
    return set(read(DUMP / "manifest.safetensors")[1][names].split())


def to_keras(weight):
    """Transposes OHWI to HWIO or [out, in] to [in, out], in float64."""
    weight = weight.astype(np.float64)
    return weight.transpose(1, 2, 3, 0) if weight.ndim == 4 else weight.T


def note(what, ratio, limit):
    """Keeps the largest ratio of each kind of comparison, for the report."""
    worst[what] = (max(worst.get(what, (0, 0))[0], ratio), limit)


def check(what, got, reference, limit, scale=0.0):
    """Checks norm(got - reference) / norm(reference) against `limit`. `scale` is the magnitude of
    the terms summed in the reference: if they cancel (norm below 1e-6 · scale), divides by it."""
    assert got.shape == reference.shape
    size = np.linalg.norm(reference)
    ratio = np.linalg.norm(got - reference) / (scale if size < 1e-6 * scale else size)
    note(what, float(ratio), limit)
    assert ratio <= limit, f"{what} differs by {ratio:.2e}"
