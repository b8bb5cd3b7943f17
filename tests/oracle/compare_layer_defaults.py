"""Compares the layers' default options and initial parameters with those of Keras' layers."""

import inspect
import itertools
from collections import defaultdict

import keras
import numpy as np
import pytest
from keras_layers import INITIALIZERS, KINDS, PADS, make_layer, parameter_to_keras
from oracle import DUMP, files, group, manifest, options, read

CONVOLUTIONS = ("conv2d", "conv_transpose2d", "depthwise_conv2d", "separable_conv2d")
POOLINGS = ("avg_pool2d", "max_pool2d")
DROPOUTS = ("dropout", "spatial_dropout")
# Options whose default differs from Keras or does not exist there: (kinds, default, reason).
DIFFERENT = {
    "kernel": [(CONVOLUTIONS, 3, "Keras has no default; 3 is by far the most common")],
    "initializer_value": [
        (INITIALIZERS, 0.0, "of constant alone; in Keras it belongs to the initializer")
    ],
    "kernel_width": [(CONVOLUTIONS, 0, "Keras has a tuple; the default is the same number")],
    "window_width": [(POOLINGS, 0, "Keras has a tuple; the default is the same number")],
    "stride_width": [
        (CONVOLUTIONS + POOLINGS, 0, "Keras has a tuple; the default is the same number")
    ],
    **{name: [(CONVOLUTIONS + POOLINGS, 0, "Keras has no explicit padding")] for name in PADS},
    "ceil_mode": [(POOLINGS, False, "Keras has no such option, and does as without")],
    "window": [(["avg_pool2d"], 2, "Keras has no default here, but this one of max pooling")],
    "rate": [(DROPOUTS, 0.5, "Keras has no default; this is the papers'")],
    "scale": [(["rescale"], 1.0, "Keras has no default; 1 changes nothing")],
    # Keras has no local response normalisation; these values are from the paper.
    "size": [(["local_response_norm"], 5, "Krizhevsky et al. 2012, section 3.3")],
    "bias": [(["local_response_norm"], 2.0, "Krizhevsky et al. 2012, section 3.3")],
    "alpha": [(["local_response_norm"], 1e-4, "Krizhevsky et al. 2012, section 3.3")],
    "beta": [(["local_response_norm"], 0.75, "Krizhevsky et al. 2012, section 3.3")],
}
# Required options: neither library has a default, so the values are those of the dump.
NEEDED = {"filters", "units", "shape"}


def keras_default(kind, option):
    """Returns Keras' default in convlab's form: one number if rows equal columns, 0 for None."""
    keras_class, _, names = KINDS[kind]
    if kind == "zero_pad2d":
        names = dict.fromkeys(names, "padding")
    accepted = inspect.signature(keras_class.__init__).parameters
    if option == "initializer":
        defaults = {accepted[name].default for name in INITIALIZERS[kind]}
    else:
        defaults = {accepted[names[option]].default}
    (default,) = defaults
    if default is None:
        return 0
    if isinstance(default, tuple):
        (default,) = set(default)
    return default


@pytest.mark.parametrize("kind", KINDS)
def test_defaults(kind):
    defaults = options(read(DUMP / "manifest.safetensors")[1], f"default.{kind}")
    for option in defaults.keys() - NEEDED:
        listed = [value for kinds, value, _ in DIFFERENT.get(option, []) if kind in kinds]
        (expected,) = listed or [keras_default(kind, option)]
        assert defaults[option] == expected, f"{kind}.{option}"


def test_every_start_is_compared():
    infos = [read(path)[1] for path in files("initial")]
    compared = {(i["kind"], i["initializer"]) for i in infos}
    assert compared == set(itertools.product(INITIALIZERS, manifest("initializers")))


# In convlab the orthogonal matrix has one row per filter, as in PyTorch; in Keras it has one row
# per kernel weight of each channel and one column per unit of the depth multiplier.
ORTHOGONAL_BY_FILTER = defaultdict(
    tuple, depthwise_conv2d=("kernel",), separable_conv2d=("depthwise_kernel",)
)


def same_distribution(value, reference, uniform):
    """Asserts that the moments agree. At least 600 numbers estimate the standard deviation to
    within 3 % and the ends of a uniform distribution to within 1 %; the limits are three times as
    wide."""
    assert value.std() == pytest.approx(reference.std(), rel=0.1)
    assert abs(value.mean()) <= 0.15 * value.std()
    if uniform:
        assert np.abs(value).max() == pytest.approx(np.abs(reference).max(), rel=0.03)


def keras_start(info, shape):
    """Returns the initial parameters of a new Keras layer."""
    kind = info["kind"]
    chosen = options(info, "option")
    start = info["initializer"]
    if start == "constant":
        start = keras.initializers.Constant(chosen["initializer_value"])
    keras.utils.set_random_seed(1)
    layer = make_layer(kind, chosen, **dict.fromkeys(INITIALIZERS[kind], start))
    layer.build(shape)
    return [np.asarray(v) for v in layer.trainable_variables]


@pytest.mark.parametrize("path", files("initial"), ids=lambda path: path.stem)
def test_start(path):
    tensors, info = read(path)
    shape = tensors["value/input0.value"].shape
    given = group(tensors, "value/layer.")
    references = keras_start(info, shape)
    for (name, value), reference in zip(given.items(), references, strict=True):
        value = parameter_to_keras(info["kind"], name, value, shape[-1])
        assert value.shape == reference.shape
        if np.ptp(reference) == 0:
            np.testing.assert_array_equal(value, reference)
        elif info["initializer"] == "orthogonal" and name in ORTHOGONAL_BY_FILTER[info["kind"]]:
            filters = given[name].reshape(len(given[name]), -1).astype(np.float64)
            np.testing.assert_allclose(filters.T @ filters, np.eye(filters.shape[1]), atol=1e-5)
        else:
            same_distribution(value, reference, info["initializer"].endswith("uniform"))
