"""Compares training steps of convlab with Keras. The models below are written from their sources
(the article's MNIST networks, keras.io's Simple MNIST convnet), not derived from convlab's.
"""

import jax
import keras
import numpy as np
import pytest
from keras import layers
from oracle import check, files, group, manifest, read, to_keras


class Masked(layers.Layer):
    """Dropout with a given mask."""

    def __init__(self, mask):
        super().__init__()
        self.mask = mask

    def call(self, x):
        return x * self.mask


def mnist_mlp(classes, masks):
    return [layers.Flatten(), layers.Dense(100, activation="relu"), layers.Dense(classes)]


def mnist_cnn(classes, masks):
    return [
        layers.Conv2D(25, (3, 3), activation="relu"),
        layers.Flatten(),
        layers.Dense(100, activation="relu"),
        layers.Dense(classes),
    ]


def simple_convnet(classes, masks):
    return [
        layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
        layers.MaxPooling2D(pool_size=(2, 2)),
        layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
        layers.MaxPooling2D(pool_size=(2, 2)),
        layers.Flatten(),
        Masked(masks.pop(0)),
        layers.Dense(classes),
    ]


MODELS = {"mnist-mlp": mnist_mlp, "mnist-cnn": mnist_cnn, "simple-convnet": simple_convnet}


def test_everything_is_compared():
    backends = manifest("backends")
    assert backends >= {"host", "xnnpack"}
    assert manifest("models") == set(MODELS)
    steps = [read(path)[1] for path in files("step")]
    compared = {(s["model"], s["backend"], float(s["label_smoothing"])) for s in steps}
    assert compared == {(m, b, s) for m in MODELS for b in backends for s in (0.0, 0.1)}


@pytest.mark.parametrize("path", files("step"), ids=lambda path: path.stem)
def test_training_step(path):
    tensors, info = read(path)
    images = tensors["images"].astype(np.float64) / 255
    masks = [mask.astype(np.float64) for mask in group(tensors, "saved/").values()]
    initial = group(tensors, "initial/")

    model = keras.Sequential(
        [keras.Input(batch_shape=images.shape), *MODELS[info["model"]](10, masks)]
    )
    assert not masks
    weights = model.trainable_variables
    assert [tuple(w.shape) for w in weights] == [to_keras(w).shape for w in initial.values()]
    for weight, value in zip(weights, initial.values(), strict=True):
        weight.assign(to_keras(value))
    loss = keras.losses.CategoricalCrossentropy(
        from_logits=True, label_smoothing=float(info["label_smoothing"])
    )
    targets = keras.ops.one_hot(tensors["labels"], 10, dtype="float64")

    def mean_loss(values):
        logits, _ = model.stateless_call(values, [], images, training=True)
        assert logits.dtype == np.float64
        return loss(targets, logits)

    value, grads = jax.value_and_grad(mean_loss)([w.value for w in weights])
    optimizer = keras.optimizers.SGD(learning_rate=float(info["learning_rate"]))
    optimizer.apply([np.asarray(g) for g in grads], weights)

    check("loss", tensors["loss"], np.array([value]), 1e-5)
    for got, reference in zip(group(tensors, "grad/").values(), grads, strict=True):
        check("gradient", to_keras(got), np.asarray(reference), 1e-5)
    for got, reference in zip(group(tensors, "updated/").values(), weights, strict=True):
        check("weights after a step", to_keras(got), np.asarray(reference), 1e-4)
