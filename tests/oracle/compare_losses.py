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


def target_kind(tensors):
    if "values" in tensors:
        return "values"
    return "mixed" if "second_classes" in tensors else "classes"


def test_everything_is_compared():
    assert manifest("losses") == set(LOSSES)
    cases = [(tensors, info) for tensors, info in map(read, files("loss"))]
    compared = {
        (
            info["kind"],
            info["backend"],
            target_kind(tensors),
            options(info, "option")["class_weights"] != "",
        )
        for tensors, info in cases
    }
    targets = ("classes", "mixed", "values")
    both = (False, True)
    assert compared == set(itertools.product(LOSSES, manifest("backends"), targets, both))
    # Every option has at least two different values.
    for kind in LOSSES:
        sets = [options(info, "option") for _, info in cases if info["kind"] == kind]
        for name in sets[0]:
            assert len({s[name] for s in sets}) >= 2, f"{kind}.{name} never changes"


def one_hot(classes, width):
    values = classes[:, None] if width == 1 else np.eye(width)[classes]
    return values.astype(np.float64)


def targets_and_weights(kind, tensors, class_weights):
    """Returns dense targets, one row per sample, and the weight of each row's loss."""
    width = tensors["outputs"].shape[1]
    of_class = np.array(class_weights) if class_weights else np.ones(max(width, 2))
    if "values" in tensors:
        values = tensors["values"].astype(np.float64)
        classes = values[:, 0] > 0.5 if width == 1 else values.argmax(axis=1)
        return values, of_class[classes.astype(int)]
    first = tensors["classes"]
    if "second_classes" not in tensors:
        return one_hot(first, width), of_class[first]
    second = tensors["second_classes"]
    weights = tensors["label_weights"].astype(np.float64)
    first_part = weights * of_class[first]
    row_weights = first_part + (1 - weights) * of_class[second]
    fraction = (first_part / row_weights)[:, None]
    mixed = fraction * one_hot(first, width) + (1 - fraction) * one_hot(second, width)
    # Keras' Hinge converts 0 to -1 only if all targets are 0 or 1.
    return 2 * mixed - 1 if kind == "hinge" else mixed, row_weights


@functools.cache
def reference(name):
    tensors, info = read(DUMP / name)
    outputs = tensors["outputs"].astype(np.float64)
    chosen = options(info, "option")
    class_weights = json.loads(f"[{chosen.pop('class_weights')}]")
    targets, sample_weight = targets_and_weights(info["kind"], tensors, class_weights)
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
    if target_kind(tensors) != "classes" or chosen["label_smoothing"] or chosen["class_weights"]:
        return
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    value = loss(tensors["classes"], tensors["outputs"].astype(np.float64))
    total, _, rows = tensors["sums"].astype(np.float64)
    check("losses", np.array([total / rows]), np.array([value]), 1e-5)


@pytest.mark.parametrize("path", files("loss-softmax_cross_entropy"), ids=lambda path: path.stem)
def test_mixed_labels_are_two_losses(path):
    """The weighted mean of the losses of both labels, each with the weight of its class."""
    tensors, info = read(path)
    if target_kind(tensors) != "mixed":
        return
    chosen = options(info, "option")
    class_weights = json.loads(f"[{chosen.pop('class_weights')}]")
    loss = keras.losses.CategoricalCrossentropy(from_logits=True, **chosen)
    outputs = tensors["outputs"].astype(np.float64)
    weights = tensors["label_weights"].astype(np.float64)
    value = 0
    for classes, parts in ((tensors["classes"], weights), (tensors["second_classes"], 1 - weights)):
        of_class = np.array(class_weights)[classes] if class_weights else 1
        targets = one_hot(classes, outputs.shape[1])
        value += loss(targets, outputs, sample_weight=parts * of_class)
    total, _, rows = tensors["sums"].astype(np.float64)
    check("losses", np.array([total / rows]), np.array([value]), 1e-5)
