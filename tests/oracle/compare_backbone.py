"""Compares the body of VGG16, block by block, with Keras' network of the same random weights."""

import functools

import keras
import numpy as np
import pytest
from oracle import DUMP, check, files, group, manifest, read


def test_every_backend_is_compared():
    assert {read(path)[1]["backend"] for path in files("backbone")} == manifest("backends")


@functools.cache
def reference():
    """Returns the outputs of Keras' five pooling layers."""
    weights, _ = read(DUMP / "weights-vgg16.safetensors")
    images = read(files("backbone")[0])[0]["images"]
    model = keras.applications.VGG16(
        include_top=False, weights=None, input_shape=images.shape[1:]
    )
    for layer in model.layers:
        if layer.weights:
            values = [weights[f"{layer.name}/{kind}"] for kind in ("kernel", "bias")]
            layer.set_weights([value.astype(np.float64) for value in values])
    pools = [model.get_layer(f"block{i}_pool").output for i in range(1, 6)]
    prepared = keras.applications.vgg16.preprocess_input(images.astype(np.float64))
    return images, [np.asarray(o) for o in keras.Model(model.input, pools)(prepared)]


@pytest.mark.parametrize("path", files("backbone"), ids=lambda path: path.stem)
def test_blocks(path):
    tensors, _ = read(path)
    images, expected = reference()
    np.testing.assert_array_equal(tensors["images"], images)
    outputs = group(tensors, "output/")
    assert list(outputs) == [f"max_pool2d_{i}" for i in range(1, 6)]
    for got, output in zip(outputs.values(), expected, strict=True):
        assert output.dtype == np.float64
        check("VGG16's blocks", got, output, 1e-4)
