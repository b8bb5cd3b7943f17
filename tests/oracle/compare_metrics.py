"""Compares metrics for given outputs and labels, batch by batch, with Keras' metrics."""

import functools

import keras
import numpy as np
import pytest
from oracle import DUMP, check, files, group, manifest, read

ops = keras.ops


def over_batches(metric, batches):
    for labels, outputs in batches:
        metric.update_state(labels, outputs)
    return np.atleast_1d(np.asarray(metric.result()))


def one_hot(batches, classes):
    return [(ops.one_hot(labels, classes, dtype="float64"), outputs) for labels, outputs in batches]


def accuracy(batches, classes, top_k):
    return over_batches(keras.metrics.SparseCategoricalAccuracy(), batches)


def top_k_accuracy(batches, classes, top_k):
    return over_batches(keras.metrics.SparseTopKCategoricalAccuracy(k=top_k), batches)


def by_class(kind):
    """Scores of the most likely class (the first of equal ones): Keras' top_k=1."""

    def scores(batches, classes, top_k):
        batches = one_hot(batches, classes)
        return np.concatenate(
            [over_batches(kind(top_k=1, class_id=c), batches) for c in range(classes)]
        )

    return scores


def f1(average):
    def scores(batches, classes, top_k):
        # Keras' F1Score predicts every one of several equal outputs, so it is given only the first.
        predictions = [
            (labels, ops.one_hot(ops.argmax(outputs, axis=-1), classes, dtype="float64"))
            for labels, outputs in batches
        ]
        return over_batches(keras.metrics.F1Score(average), one_hot(predictions, classes))

    return scores


def mean_of(scores):
    """Over the classes that have samples; Keras' own macro average counts the others as 0."""
    return lambda *arguments: np.array([scores(*arguments)[support(*arguments) > 0].mean()])


def confusion(batches, classes, top_k):
    counts = np.zeros((classes, classes))
    for labels, outputs in batches:
        np.add.at(counts, (labels, outputs.argmax(axis=-1)), 1)
    return counts.ravel()


def support(batches, classes, top_k):
    labels = np.concatenate([labels for labels, _ in batches])
    return np.bincount(labels, minlength=classes).astype(np.float64)


def samples(batches, classes, top_k):
    return np.array([float(sum(len(labels) for labels, _ in batches))])


precision = by_class(keras.metrics.Precision)
recall = by_class(keras.metrics.Recall)

METRICS = {
    "accuracy": accuracy,
    "top_k_accuracy": top_k_accuracy,
    "class.precision": precision,
    "class.recall": recall,
    "class.f1": f1(None),
    "class.support": support,
    "macro.precision": mean_of(precision),
    "macro.recall": mean_of(recall),
    "macro.f1": mean_of(f1(None)),
    "macro.support": samples,
    "confusion": confusion,
}


def test_everything_is_compared():
    assert manifest("metrics") == set(METRICS)
    infos = [read(path)[1] for path in files("metrics")]
    cases = {(i["backend"], int(i["classes"]), int(i["top_k"]), i["tied"]) for i in infos}
    assert cases == {
        (backend, classes, top_k, tied)
        for backend in manifest("backends")
        for classes, top_k in ((2, 1), (2, 2), (3, 2), (10, 1), (10, 5), (10, 10), (30, 5))
        for tied in ("false", "true")
    }


@functools.cache
def references(case):
    """Returns every metric of a case. All backends were given the same outputs and labels."""
    tensors, info = read(DUMP / f"metrics-{case}-host.safetensors")
    classes, top_k = int(info["classes"]), int(info["top_k"])
    outputs = [o.astype(np.float64) for o in group(tensors, "outputs/").values()]
    batches = list(zip(group(tensors, "labels/").values(), outputs, strict=True))
    ties = any((o == o.max(axis=-1, keepdims=True)).sum() > len(o) for o in outputs)
    assert ties == (info["tied"] == "true")
    return {name: metric(batches, classes, top_k) for name, metric in METRICS.items()}


@pytest.mark.parametrize("path", files("metrics"), ids=lambda path: path.stem)
def test_metrics(path):
    tensors, info = read(path)
    for name, reference in references(info["case"]).items():
        # Keras' F1Score adds 1e-7 to the denominator.
        limit = 1e-6 if name.endswith(".f1") else 1e-15
        check(f"metric {name}", tensors[f"metric/{name}"], reference, limit)
