"""Compares ten SGD steps of small random networks with the same networks of Keras layers."""

import functools

import jax
import keras
import numpy as np
import pytest
from keras_layers import make_layer, parameter_to_keras
from oracle import DUMP, check, files, group, manifest, options, read


def test_everything_is_compared():
    with_parameters = {
        info["kind"]
        for tensors, info in map(read, files("layer"))
        if group(tensors, "value/layer.")
    }
    trained = {(i["kind"], i["backend"]) for _, i in map(read, files("network"))}
    assert trained == {(k, b) for k in with_parameters for b in manifest("backends")}


def build_layers(info, shape):
    """Returns a Keras layer for each node, and the inputs of each."""
    built, shapes = [], []
    for i in range(int(info["nodes"])):
        layer = make_layer(info[f"node{i}.kind"], options(info, f"node{i}.option"))
        layer.build(shape)
        built.append(layer)
        shapes.append(shape)
        shape = layer.compute_output_spec(keras.KerasTensor(shape)).shape
    return built, shapes


def parameters(tensors, info, when, shapes):
    """Returns the parameters of each node by name, in Keras' layout."""
    return [
        {
            name.rpartition(".")[2]: parameter_to_keras(
                info[f"node{i}.kind"], name.rpartition(".")[2], value, shape[-1]
            )
            for name, value in group(tensors, f"{when}/{i}/").items()
        }
        for i, shape in enumerate(shapes)
    ]


@functools.cache
def keras_parameters(name):
    """Returns Keras' parameters after the last step. All backends start with the same ones."""
    tensors, info = read(DUMP / name)
    images = tensors["images"].astype(np.float64)
    built, shapes = build_layers(info, images.shape)
    classes = built[-1].units
    targets = np.eye(classes)[tensors["labels"]]
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    learned, fixed = [], []
    for layer, values in zip(built, parameters(tensors, info, "initial", shapes), strict=True):
        split = len(layer.trainable_variables)
        arrays = list(values.values())
        learned.append(arrays[:split])
        fixed.append(arrays[split:])

    def mean_loss(learned, fixed):
        x, after = images, []
        for layer, values, statistics in zip(built, learned, fixed, strict=True):
            more = {"training": True} if layer._call_has_training_arg else {}
            x, statistics = layer.stateless_call(values, statistics, x, **more)
            after.append(statistics)
        return loss(targets, x), after

    rate = float(info["learning_rate"])

    @jax.jit
    def step(learned, fixed):
        grads, after = jax.grad(mean_loss, has_aux=True)(learned, fixed)
        return jax.tree.map(lambda value, grad: value - rate * grad, learned, grads), after

    for _ in range(int(info["steps"])):
        learned, fixed = step(learned, fixed)
    final = [[np.asarray(v) for v in (*a, *b)] for a, b in zip(learned, fixed, strict=True)]
    return final, shapes


@pytest.mark.parametrize("path", files("network"), ids=lambda path: path.stem)
def test_ten_steps(path):
    tensors, info = read(path)
    final, shapes = keras_parameters(path.name.replace(info["backend"], "host"))
    initial = parameters(tensors, info, "initial", shapes)
    for got, start, references in zip(
        parameters(tensors, info, "final", shapes), initial, final, strict=True
    ):
        # A bias before a batch normalisation has a gradient of zero and stays at zero, so its error
        # is measured relative to the other parameters of its layer.
        scale = max((np.linalg.norm(v) for v in start.values()), default=0)
        for value, reference in zip(got.values(), references, strict=True):
            check("weights after ten steps", value, reference, 1e-4, scale)
    kernel = final[0][0]
    assert np.linalg.norm(kernel - initial[0]["kernel"]) > 1e-2, "it did not learn"
