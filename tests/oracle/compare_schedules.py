"""Compares the learning rates of every schedule with Keras' schedules and callback. References that
Keras lacks are reimplemented from their source: PyTorch's OneCycleLR and fastai's range test."""

import math
import types

import jax
import keras
import numpy as np
import pytest
from oracle import DUMP, check, files, manifest, options, read

schedules = keras.optimizers.schedules
RATE_LIMIT = 1e-7  # Keras' cosine uses a 32-bit pi


def length(epochs, run, otherwise=None):
    """Returns a schedule's length in steps; 0 epochs means all steps after the warm-up."""
    return round(epochs * run["steps_per_epoch"]) if epochs else otherwise or run["steps"]


def every_step(schedule, steps):
    return np.asarray(jax.jit(jax.vmap(schedule))(jax.numpy.arange(steps)))


def by_step(schedule):
    return lambda run, losses: every_step(schedule, run["steps"])


def constant(run, option):
    return lambda run, losses: np.full(run["steps"], run["base"])


def step(run, option):
    steps = length(option["epochs"], run, math.ceil(run["steps"] / 3))
    return by_step(
        schedules.ExponentialDecay(run["base"], steps, option["gamma"], staircase=True)
    )


def exponential(run, option):
    steps = length(option["epochs"], run)
    return by_step(schedules.ExponentialDecay(run["base"], steps, option["gamma"]))


def cosine(run, option):
    return by_step(
        schedules.CosineDecayRestarts(
            run["base"],
            length(option["epochs"], run),
            t_mul=option["t_mul"],
            m_mul=option["m_mul"],
            alpha=option["alpha"],
        )
    )


def one_cycle(run, option):
    """Reimplements __init__ and get_lr of torch.optim.lr_scheduler.OneCycleLR."""
    total_steps = length(option["epochs"], run)
    max_lr = run["base"]
    initial_lr = max_lr / option["div_factor"]
    min_lr = initial_lr / option["final_div_factor"]
    pct_start = option["pct_start"]
    if option["three_phase"]:
        phases = [
            (float(pct_start * total_steps) - 1, initial_lr, max_lr),
            (float(2 * pct_start * total_steps) - 2, max_lr, initial_lr),
            (total_steps - 1, initial_lr, min_lr),
        ]
    else:
        phases = [
            (float(pct_start * total_steps) - 1, initial_lr, max_lr),
            (total_steps - 1, max_lr, min_lr),
        ]

    def anneal(start, end, pct):
        if option["anneal_strategy"] == "linear":
            return (end - start) * pct + start
        return end + (start - end) / 2.0 * (math.cos(math.pi * pct) + 1)

    def rate(step):
        start_step = 0.0
        for i, (end_step, start, end) in enumerate(phases):
            if step <= end_step or i == len(phases) - 1:
                return anneal(start, end, (step - start_step) / (end_step - start_step))
            start_step = end_step

    return lambda run, losses: np.array([rate(step) for step in range(total_steps)])


def plateau(run, option):
    def rates(run, losses):
        optimizer = keras.optimizers.SGD(run["base"])
        callback = keras.callbacks.ReduceLROnPlateau(**option)
        callback.set_model(types.SimpleNamespace(optimizer=optimizer))
        # Sets the direction of the metric, which the callback would otherwise take from a model.
        callback.mode = "min"
        callback.on_train_begin()
        every = []
        for epoch, loss in enumerate(losses):
            every += [float(optimizer.learning_rate)] * run["steps_per_epoch"]
            callback.on_epoch_end(epoch, {"val_loss": loss})
        return np.array(every)[: run["steps"]]

    return rates


SCHEDULES = {
    "constant": constant,
    "step": step,
    "exponential": exponential,
    "cosine": cosine,
    "one_cycle": one_cycle,
    "plateau": plateau,
}


def test_everything_is_compared():
    assert manifest("schedules") == set(SCHEDULES)
    infos = [read(path)[1] for path in files("schedule")]
    warm = {(info["kind"], options(info, "run")["warmup_epochs"] > 0) for info in infos}
    assert warm == {(kind, warmup) for kind in SCHEDULES for warmup in (False, True)}
    for kind in SCHEDULES:
        sets = [options(info, "option") for info in infos if info["kind"] == kind]
        for name in sets[0]:
            assert len({s[name] for s in sets}) >= 2, f"{kind}.{name} never changes"


@pytest.mark.parametrize("path", files("schedule"), ids=lambda path: path.stem)
def test_schedule(path):
    tensors, info = read(path)
    run = options(info, "run")
    warmup = round(run["warmup_epochs"] * run["steps_per_epoch"])
    rest = run | {"steps": run["steps"] - warmup}
    make = SCHEDULES[info["kind"]]
    if info["kind"] == "plateau":
        reference = make(run, options(info, "option"))(run, tensors["losses"])
    else:
        reference = make(rest, options(info, "option"))(rest, tensors["losses"])
        # If a cycle is shorter than the run, it repeats.
        reference = np.resize(reference, rest["steps"])
        first = reference[0]
        reference = np.concatenate([first * np.arange(warmup) / max(warmup, 1), reference])
    if info["kind"] == "plateau":
        reference[:warmup] *= np.arange(warmup) / max(warmup, 1)
        assert len(set(reference)) > 1, "the losses of this test never reduce the rate"
    check("learning rates", tensors["rates"], reference, RATE_LIMIT)


def test_warmup_is_keras_own():
    tensors, info = read(DUMP / "schedule-cosine-warmup.safetensors")
    run = options(info, "run")
    warmup = round(run["warmup_epochs"] * run["steps_per_epoch"])
    schedule = schedules.CosineDecay(
        0.0, run["steps"] - warmup, warmup_target=run["base"], warmup_steps=warmup
    )
    reference = every_step(schedule, run["steps"])
    check("learning rates", tensors["rates"], reference, RATE_LIMIT)


def test_range_test():
    tensors, info = read(DUMP / "range-test.safetensors")
    run = options(info, "run")
    losses = tensors["losses"]
    count = len(losses)
    # SchedExp, AvgSmoothLoss and LRFinder.after_batch of fastai 2.
    fractions = np.arange(count) / (run["steps"] - 1)
    rates = run["first_rate"] * (run["last_rate"] / run["first_rate"]) ** fractions
    mean, smoothed = 0.0, []
    for i, loss in enumerate(losses):
        mean = mean * run["smoothing"] + loss * (1 - run["smoothing"])
        smoothed.append(mean / (1 - run["smoothing"] ** (i + 1)))
    exploded = [s > run["stop_factor"] * min(smoothed[: i + 1]) for i, s in enumerate(smoothed)]
    assert count == run["steps"] or exploded.index(True) == count - 1
    # steep of fastai 2, on the range of losses that lr_find passes to it.
    lrs, part = rates[count // 10 : -5], np.array(smoothed)[count // 10 : -5]
    grads = (part[1:] - part[:-1]) / (np.log(lrs[1:]) - np.log(lrs[:-1]))
    check("range test", tensors["rates"], rates, 1e-10)
    check("range test", tensors["smoothed"], np.array(smoothed), 1e-10)
    check("range test", tensors["suggestion"], lrs[[grads.argmin()]], 1e-10)
