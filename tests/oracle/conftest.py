import oracle
import pytest


@pytest.fixture(scope="session", autouse=True)
def report():
    yield
    text = ", ".join(f"{what} {w:.1e} (limit {limit:.0e})" for what, (w, limit) in oracle.worst.items())
    (oracle.DUMP / "worst.txt").write_text(f"largest relative differences: {text}\n")
