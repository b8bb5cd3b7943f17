"""Compares every kind of layer, with random options and inputs, with Keras' layer."""

import functools

import jax
import numpy as np
import pytest
from keras_layers import KINDS, START, make_layer, parameter_to_keras
from oracle import DUMP, check, files, group, manifest, options, read


def test_everything_is_compared():
    backends = manifest("backends")
    assert manifest("layers") == set(KINDS)
    infos = [read(path)[1] for path in files("layer")]
    assert {(i["kind"], i["backend"]) for i in infos} == {(k, b) for k in KINDS for b in backends}
    for kind in KINDS:
        sets = [options(i, "option") for i in infos if i["kind"] == kind]
        for name in sets[0].keys() - START:
            assert len({s[name] for s in sets}) >= 2, f"{kind}.{name} never changes"


def reference_of(path):
    """Returns Keras' result, which is the reference for all backends."""
    return reference(path.name.replace(path.stem.rpartition("-")[2], "host"))


@functools.cache
def reference(name):
    tensors, info = read(DUMP / name)
    inputs = [v.astype(np.float64) for k, v in group(tensors, "value/input").items()]
    mask = tensors["mask"].astype(np.float64) if "mask" in tensors else None
    kind = info["kind"]
    layer = make_layer(kind, options(info, "option"), mask)
    layer.build(inputs[0].shape if len(inputs) == 1 else [i.shape for i in inputs])
    values = {
        name: parameter_to_keras(kind, name, value, inputs[0].shape[-1])
        for name, value in group(tensors, "value/layer.").items()
    }
    learned = {name: v for name, v in values.items() if f"grad/layer.{name}" in tensors}
    fixed = [v for name, v in values.items() if name not in learned]
    shapes = [v.shape for v in layer.trainable_variables]
    assert shapes == [v.shape for v in learned.values()]
    assert [v.shape for v in layer.non_trainable_variables] == [v.shape for v in fixed]

    def forward(inputs, learned, fixed, training):
        given = inputs[0] if len(inputs) == 1 else inputs
        more = {"training": training} if layer._call_has_training_arg else {}
        output, fixed = layer.stateless_call(learned, fixed, given, **more)
        if info["relu"] == "true":
            output = jax.nn.relu(output)
        return output, fixed

    @jax.jit
    def everything(inputs, learned, fixed, grad_output):
        output, back, after = jax.vjp(
            lambda i, p: forward(i, p, fixed, True), inputs, learned, has_aux=True
        )
        evaluated = output
        if layer._call_has_training_arg:
            evaluated, _ = forward(inputs, learned, after, False)
        return output, back(grad_output), after, evaluated

    output, grads, after, evaluated = everything(
        inputs, list(learned.values()), fixed, tensors["grad_output"].astype(np.float64)
    )
    assert output.dtype == np.float64
    input_grads, parameter_grads = grads
    grads = {f"input{i}.value": np.asarray(grad) for i, grad in enumerate(input_grads)}
    names = [f"layer.{name}" for name in learned]
    grads |= {name: np.asarray(g) for name, g in zip(names, parameter_grads, strict=True)}
    return np.asarray(output), grads, [np.asarray(a) for a in after], np.asarray(evaluated)


@pytest.mark.parametrize("path", files("layer"), ids=lambda path: path.stem)
def test_layer(path):
    tensors, info = read(path)
    output, grads, after, evaluated = reference_of(path)
    channels = tensors["value/input0.value"].shape[-1]
    # The normalisation of a single number is zero: compare relative to the input.
    scale = np.linalg.norm(tensors["value/input0.value"])
    check("layers' outputs", tensors["output"], output, 1e-5, scale)
    check("layers' outputs in evaluation", tensors["evaluated"], evaluated, 1e-5, scale)
    scale = np.linalg.norm(tensors["grad_output"])
    for name, grad in group(tensors, "grad/").items():
        owner, _, parameter = name.partition(".")
        if owner == "layer":
            grad = parameter_to_keras(info["kind"], parameter, grad, channels)
        check("layers' gradients", grad, grads[name], 1e-5, scale)
    statistics = group(tensors, "after/").values()
    for got, expected in zip(statistics, after, strict=True):
        check("running statistics", got, expected, 1e-5)
