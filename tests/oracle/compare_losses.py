"""Compares value and gradient of every loss on random outputs with Keras' losses."""

import functools
import itertools
import json

import jax
import keras
import numpy as np
import pytest
from oracle import DUMP, check, files, manifest, options, read

LOSSES = {
    "softmax_cross_entropy": functools.partial(
        keras.losses.CategoricalCrossentropy, from_logits=True
    ),
    "binary_cross_entropy": functools.partial(keras.losses.BinaryCrossentropy, from_logits=True),
    "mean_squared_error": keras.losses.MeanSquaredError,
    "mean_absolute_error": keras.losses.MeanAbsoluteError,
    "huber": keras.losses.Huber,
    "hinge": keras.losses.Hinge,
}


def test_everything_is_compared():
    assert manifest("losses") == set(LOSSES)
    cases = [(tensors, info) for tensors, info in map(read, files("loss"))]
    compared = {
        (
            info["kind"],
            info["backend"],
            "values" in tensors,
            options(info, "option")["class_weights"] != "",
        )
        for tensors, info in cases
    }
    both = (False, True)
    assert compared == set(itertools.product(LOSSES, manifest("backends"), both, both))
    # Every option has at least two different values.
    for kind in LOSSES:
        sets = [options(info, "option") for _, info in cases if info["kind"] == kind]
        for name in sets[0]:
            assert len({s[name] for s in sets}) >= 2, f"{kind}.{name} never changes"


def targets_and_classes(tensors, outputs):
    """Returns dense targets (one row per sample) and the class of each row."""
    width = outputs.shape[1]
    if "values" in tensors:
        values = tensors["values"].astype(np.float64)
        classes = values[:, 0] > 0.5 if width == 1 else values.argmax(axis=1)
        return values, classes.astype(int)
    classes = tensors["classes"]
    values = classes[:, None] if width == 1 else np.eye(width)[classes]
    return values.astype(np.float64), classes


@functools.cache
def reference(name):
    tensors, info = read(DUMP / name)
    outputs = tensors["outputs"].astype(np.float64)
    targets, classes = targets_and_classes(tensors, outputs)
    chosen = options(info, "option")
    weights = json.loads(f"[{chosen.pop('class_weights')}]")
    sample_weight = np.array(weights)[classes] if weights else None
    loss = LOSSES[info["kind"]](**chosen)
    # Not jitted as a whole: its few operations are compiled only once per shape.
    value, grad = jax.value_and_grad(lambda o: loss(targets, o, sample_weight=sample_weight))(
        outputs
    )
    assert value.dtype == np.float64
    return np.array([value]), np.asarray(grad)


@pytest.mark.parametrize("path", files("loss"), ids=lambda path: path.stem)
def test_loss(path):
    tensors, info = read(path)
    value, grad = reference(path.name.replace(info["backend"], "host"))
    total, _, rows = tensors["sums"].astype(np.float64)
    assert rows == len(tensors["outputs"])
    # The hinge loss may be exactly 0.
    check("losses", np.array([total / rows]), value, 1e-5, 1.0)
    check("losses' gradients", tensors["grad"], grad, 1e-5, 1 / grad.size)


@pytest.mark.parametrize("path", files("loss-softmax_cross_entropy"), ids=lambda path: path.stem)
def test_classes_are_also_sparse(path):
    """SparseCategoricalCrossentropy, for the cases that it supports."""
    tensors, info = read(path)
    chosen = options(info, "option")
    if "classes" not in tensors or chosen["label_smoothing"] or chosen["class_weights"]:
        return
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    value = loss(tensors["classes"], tensors["outputs"].astype(np.float64))
    total, _, rows = tensors["sums"].astype(np.float64)
    check("losses", np.array([total / rows]), np.array([value]), 1e-5)
