"""Learning-rate schedules against values worked out by hand."""

import pytest

from sweep.schedules import factor


@pytest.mark.parametrize(("scheduler", "step", "warmup", "expected"), [
    ("constant", 0, 0, 1.0), ("constant", 99, 0, 1.0), ("constant", 0, 10, 0.1), ("constant", 9, 10, 1.0),
    ("linear", 0, 0, 1.0), ("linear", 50, 0, 0.5), ("linear", 55, 10, 0.5), ("linear", 100, 0, 0.0),
    ("cosine", 0, 0, 1.0), ("cosine", 50, 0, 0.5), ("cosine", 25, 0, 0.853553), ("cosine", 100, 0, 0.0),
    ("inverse-sqrt", 10, 10, 0.953463), ("inverse-sqrt", 39, 10, 0.5)])
def test_factor(scheduler, step, warmup, expected):
    assert factor(scheduler, step, 100, warmup) == pytest.approx(expected, rel=1e-5)


def test_an_unknown_schedule_is_an_error():
    with pytest.raises(KeyError):
        factor("zigzag", 5, 100, 0)
