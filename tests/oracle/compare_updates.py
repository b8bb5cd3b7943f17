"""Compares optimizers, clipping, accumulation and weight averages with Keras on given gradients."""

import functools

import keras
import numpy as np
import pytest
from oracle import DUMP, check, files, group, manifest, options, read

OPTIMIZERS = {
    "sgd": keras.optimizers.SGD,
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "rmsprop": keras.optimizers.RMSprop,
    "adagrad": keras.optimizers.Adagrad,
}
OPTION_NAMES = {"beta1": "beta_1", "beta2": "beta_2"}
UPDATE_NAMES = {
    "clip_norm": "global_clipnorm",
    "clip_value": "clipvalue",
    "accumulate": "gradient_accumulation_steps",
    "ema_momentum": "ema_momentum",
    "ema_overwrite_frequency": "ema_overwrite_frequency",
}


def test_everything_is_compared():
    assert manifest("optimizers") == set(OPTIMIZERS)
    assert manifest("update_options") == set(UPDATE_NAMES)
    updates = [read(path)[1] for path in files("update")]
    backends = manifest("backends")
    assert {(u["kind"], u["backend"]) for u in updates} == {
        (kind, backend) for kind in OPTIMIZERS for backend in backends
    }
    # Every update option (clipping, accumulation, average) occurs with every optimizer.
    assert {
        (u["kind"], u["backend"], name) for u in updates for name in options(u, "update")
    } == {
        (kind, backend, name)
        for kind in OPTIMIZERS
        for backend in backends
        for name in UPDATE_NAMES
    }
    # Every option of every optimizer has at least two different values.
    for kind in OPTIMIZERS:
        sets = [options(u, "option") for u in updates if u["kind"] == kind]
        for name in sets[0]:
            assert len({s[name] for s in sets}) >= 2, f"{kind}.{name} never changes"


def make_optimizer(info):
    chosen = options(info, "option")
    spares = not chosen.pop("decay_biases")
    arguments = {OPTION_NAMES.get(name, name): value for name, value in chosen.items()}
    update = options(info, "update")
    arguments |= {UPDATE_NAMES[name]: value for name, value in update.items()}
    if "ema_momentum" in arguments:
        arguments["use_ema"] = True
        # Keras updates its average after every batch, convlab after every update. If accumulation
        # and averaging are combined, the reference is given the mean gradients instead.
        arguments.pop("gradient_accumulation_steps", None)
    return OPTIMIZERS[info["kind"]](**options(info, "run"), **arguments), spares


def given_gradients(tensors, info):
    grads = [grad.astype(np.float64) for grad in group(tensors, "grad/").values()]
    update = options(info, "update")
    if "ema_momentum" not in update or "accumulate" not in update:
        return grads
    each = update["accumulate"]
    return [np.mean(grads[i : i + each], axis=0) for i in range(0, len(grads), each)]


@functools.cache
def keras_weights(variant):
    """Returns Keras' weights after the last update and their average (the weights themselves
    without averaging). All backends were given the same gradients."""
    tensors, info = read(DUMP / f"update-{variant}-host.safetensors")
    optimizer, spares = make_optimizer(info)
    split = [int(info["weights"])]
    initial = tensors["initial"].astype(np.float64)
    variables = [
        keras.Variable(part, dtype="float64", name=name)
        for part, name in zip(np.split(initial, split), ("kernel", "bias"), strict=True)
    ]
    if spares:
        optimizer.exclude_from_weight_decay(var_names=["bias"])
    for grad in given_gradients(tensors, info):
        optimizer.apply(np.split(grad, split), variables)
    final = np.concatenate([np.asarray(v) for v in variables])
    if optimizer.use_ema:
        optimizer.finalize_variable_values(variables)
    return final, np.concatenate([np.asarray(v) for v in variables])


@pytest.mark.parametrize("path", files("update"), ids=lambda path: path.stem)
def test_update(path):
    tensors, info = read(path)
    initial = tensors["initial"].astype(np.float64)
    references = keras_weights(info["variant"])
    for name, reference in zip(("final", "evaluated"), references, strict=True):
        got = tensors[name].astype(np.float64)
        check("updated weights", got, reference, 1e-6)
        # The updates are small beside the weights, so they are compared separately.
        check("movement of weights", got - initial, reference - initial, 1e-5)
