"""Compares training steps and optimizers of convlab with Keras 3 on JAX in float64.

Reads what convlab_oracle_dump wrote into the folder named by ORACLE_DUMP. The models below are
written down from their sources (the article's MNIST networks, keras.io's Simple MNIST convnet),
not derived from convlab's.
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_ENABLE_X64"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import keras
import numpy as np
import pytest
from keras import layers

keras.config.set_floatx("float64")

DUMP = pathlib.Path(os.environ["ORACLE_DUMP"])
DTYPES = {"F32": np.float32, "F64": np.float64, "I32": np.int32, "U8": np.uint8}

# Largest ratios allowed: the difference to Keras over Keras' value, norms per tensor.
LIMITS = {
    "loss": 1e-5,
    "gradient": 1e-5,
    "updated weights": 1e-4,
    "optimizer": 1e-5,
    "optimizer movement": 1e-4,
}
worst = {}


class Masked(layers.Layer):
    """Dropout with a mask given from outside."""

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

OPTIMIZERS = {
    "sgd": (keras.optimizers.SGD, {}),
    "adam": (keras.optimizers.Adam, {"beta1": "beta_1", "beta2": "beta_2"}),
    "adamw": (keras.optimizers.AdamW, {"beta1": "beta_1", "beta2": "beta_2"}),
    "rmsprop": (keras.optimizers.RMSprop, {}),
    "adagrad": (keras.optimizers.Adagrad, {}),
}


def read(path):
    """The tensors and the metadata of a safetensors file."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = (start + offset for offset in entry["data_offsets"])
        tensors[name] = np.frombuffer(data[begin:end], DTYPES[entry["dtype"]]).reshape(
            entry["shape"]
        )
    return tensors, metadata


def files(kind):
    return sorted(DUMP.glob(f"{kind}-*.safetensors"))


def group(tensors, prefix):
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}


def to_keras(weight):
    """OHWI to HWIO, [out, in] to [in, out], in float64."""
    weight = weight.astype(np.float64)
    return weight.transpose(1, 2, 3, 0) if weight.ndim == 4 else weight.T


def check(what, got, reference):
    assert got.shape == reference.shape
    ratio = np.linalg.norm(got - reference) / np.linalg.norm(reference)
    worst[what] = max(worst.get(what, 0), float(ratio))
    assert ratio <= LIMITS[what], f"{what} differs by {ratio:.2e}"


@pytest.fixture(scope="session", autouse=True)
def report():
    yield
    text = ", ".join(f"{what} {worst[what]:.1e} (limit {LIMITS[what]:.0e})" for what in worst)
    (DUMP / "worst.txt").write_text(f"largest relative differences: {text}\n")


def test_everything_is_compared():
    _, manifest = read(DUMP / "manifest.safetensors")
    backends = set(manifest["backends"].split())
    assert backends >= {"host", "xnnpack"}
    assert set(manifest["models"].split()) == set(MODELS)
    assert set(manifest["optimizers"].split()) == set(OPTIMIZERS)

    steps = [read(path)[1] for path in files("step")]
    compared = {(s["model"], s["backend"], float(s["label_smoothing"])) for s in steps}
    assert compared == {(m, b, s) for m in MODELS for b in backends for s in (0.0, 0.1)}

    updates = [read(path)[1] for path in files("optimizer")]
    assert {(u["kind"], u["backend"]) for u in updates} == {
        (kind, backend) for kind in OPTIMIZERS for backend in backends
    }
    sgd = {
        (u["backend"], float(u["option.momentum"]) > 0, u["option.nesterov"])
        for u in updates
        if u["kind"] == "sgd"
    }
    for backend in backends:
        assert {(backend, False, "false"), (backend, True, "false"), (backend, True, "true")} <= sgd


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

    check("loss", tensors["loss"], np.array([value]))
    for got, reference in zip(group(tensors, "grad/").values(), grads, strict=True):
        check("gradient", to_keras(got), np.asarray(reference))
    for got, reference in zip(group(tensors, "updated/").values(), weights, strict=True):
        check("updated weights", to_keras(got), np.asarray(reference))


@pytest.mark.parametrize("path", files("optimizer"), ids=lambda path: path.stem)
def test_optimizer(path):
    tensors, info = read(path)
    make, option_names = OPTIMIZERS[info["kind"]]
    options = {
        option_names.get(name, name): json.loads(text)
        for name, text in group(info, "option.").items()
        if name != "decay_biases"
    }
    optimizer = make(learning_rate=float(info["learning_rate"]), **options)
    initial = tensors["initial"].astype(np.float64)
    weights = keras.Variable(initial, dtype="float64")
    for grad in group(tensors, "grad/").values():
        optimizer.apply([grad.astype(np.float64)], [weights])
    check("optimizer", tensors["final"].astype(np.float64), np.asarray(weights))
    # The weights hide what moved them: how far they moved must agree, too.
    moved = tensors["final"].astype(np.float64) - initial
    check("optimizer movement", moved, np.asarray(weights) - initial)
