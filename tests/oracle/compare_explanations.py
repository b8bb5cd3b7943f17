"""Compares Grad-CAM and saliency with their definitions in JAX, on a Keras network of the same weights."""

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
from oracle import check, files, group, manifest, read, to_keras


def test_every_backend_is_compared():
    assert {read(path)[1]["backend"] for path in files("explanations")} == manifest("backends")


def network(weights):
    """Returns Keras' models from image to feature maps and from these to scores."""
    image = keras.Input((15, 12, 3))
    x = keras.layers.Conv2D(8, 3, padding="same", name="first")(image)
    x = keras.layers.BatchNormalization(name="norm")(x)
    x = keras.layers.MaxPooling2D()(keras.layers.ReLU()(x))
    maps = keras.layers.ReLU()(keras.layers.Conv2D(6, 3, padding="same", name="second")(x))
    inner = keras.Input(maps.shape[1:])
    x = keras.layers.Dense(20, activation="relu", name="hidden")(keras.layers.Flatten()(inner))
    scores = keras.layers.Dense(4, name="scores")(x)
    models = keras.Model(image, maps), keras.Model(inner, scores)
    for model in models:
        for layer in model.layers:
            values = group(weights, f"{layer.name}.")
            if values:
                layer.set_weights([to_keras(values[weight.name]) for weight in layer.weights])
    return models


@pytest.mark.parametrize("path", files("explanations"), ids=lambda path: path.stem)
def test_explanations(path):
    tensors, metadata = read(path)
    index = int(metadata["class"])
    to_maps, to_scores = network(group(tensors, "weights/"))
    image = jnp.asarray(tensors["image"].astype(np.float64)[None] / 255)
    maps = to_maps(image)
    assert maps.dtype == np.float64
    gradient = jax.grad(lambda m: to_scores(m)[0, index])(maps)
    weights = gradient.mean(axis=(1, 2), keepdims=True)
    cam = jnp.maximum((weights * maps).sum(axis=-1), 0)[0]
    assert (cam > 0).any() and (cam == 0).any()
    check("Grad-CAM", tensors["gradcam"], np.asarray(cam), 1e-5)
    saliency = jnp.abs(jax.grad(lambda x: to_scores(to_maps(x))[0, index])(image)).max(axis=-1)[0]
    check("saliency", tensors["saliency"], np.asarray(saliency), 1e-5)
    probability = np.asarray(jax.nn.softmax(to_scores(maps)[0]))[index : index + 1]
    check("explained probability", tensors["gradcam/probability"], probability, 1e-5)
