import oracle
import pytest
from keras.src.backend.common import dtypes


def pytest_sessionfinish(session):
    """Writes the largest differences; a process of pytest-xdist hands its own to the first one."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["worst"] = oracle.worst
        return
    text = ", ".join(f"{what} {w:.1e} (limit {limit:.0e})" for what, (w, limit) in oracle.worst.items())
    (oracle.DUMP / "worst.txt").write_text(f"largest relative differences: {text}\n")


def pytest_testnodedown(node):
    for what, (ratio, limit) in getattr(node, "workeroutput", {}).get("worst", {}).items():
        oracle.note(what, ratio, limit)


@pytest.fixture(autouse=True)
def really_float64(request, monkeypatch):
    """Enables float64: on JAX, Keras' own dtype promotion treats 64 bits as 32, so that tanh, for
    example, would be computed in float32. Not for schedules: Keras finds the cosine's restarts by
    rounding a logarithm down, which in float64 falls just below the integer."""
    if request.module.__name__ != "compare_schedules":
        monkeypatch.setitem(dtypes.BIT64_TO_BIT32_DTYPE, "float64", "float64")
