"""Measured labels on curves drawn by hand, and what patience loses on them."""

import math
import random

import numpy as np
import pytest

from sweep.measured import measured_label, smoothed
from sweep.table import loss, noise_floor, stop_index

COUNT = 50


def record(qualities, train=None, evaluation=None, eval_size=1000):
    train = train or [2 - index / COUNT for index in range(COUNT)]
    evaluation = evaluation or train
    points = [{"step": 10 * (i + 1), "tokens": 100 * (i + 1), "quality": q, "testQuality": q, "trainLoss": t, "evalLoss": e}
              for i, (q, t, e) in enumerate(zip(qualities, train, evaluation))]
    return {"evalSize": eval_size, "points": points}


def saturating(rate):
    return [1 - math.exp(-rate * (index + 1)) for index in range(COUNT)]


def step_at(place, low=0.0, high=1.0):
    return [low if index < place else high for index in range(COUNT)]


MEMORISED = [0.01] * COUNT
CONFUSED = [2.0] * COUNT
CASES = {
    "ordinary": record(saturating(0.3)),
    "hopeless": record([0.25 + 0.02 * (index % 2) for index in range(COUNT)]),
    "overfitting": record([0.8 * x for x in saturating(0.5)[:20]] + [0.8 - 0.005 * index for index in range(30)]),
    "late-generalisation": record(step_at(30), MEMORISED, CONFUSED),
    "jump": record(step_at(20)),
    "slow-creep": record([index / COUNT for index in range(COUNT)]),
    "evaluation-noise": record([0.9 * x + 0.06 * (index % 2) for index, x in enumerate(saturating(0.5))], eval_size=100),
    "divergence": record(saturating(0.3), [1.0] * 30 + [None] * 20),
}


@pytest.mark.parametrize("label", CASES)
def test_measured_labels(label):
    assert measured_label(CASES[label]) == label


def test_em_that_falls_with_a_rising_train_loss_is_divergence_and_not_overfitting():
    fallen = CASES["overfitting"]
    losses = [1.0] * 10 + [0.1] * 20 + [0.4] * 20
    assert measured_label(record([point["quality"] for point in fallen["points"]], losses)) == "divergence"


def test_a_run_solved_at_once_is_ordinary_and_not_hopeless():
    assert measured_label(record([1.0] * COUNT)) == "ordinary"


def test_smoothing_is_a_centred_mean_of_five():
    assert smoothed(np.array([0.0, 1, 2, 3, 4, 10])).tolist() == pytest.approx([1, 1.5, 2, 4, 4.75, 17 / 3])


@pytest.mark.parametrize(("qualities", "patience", "expected"), [
    ([0.1, 0.2, 0.2, 0.3], 1, 2), ([0.1, 0.2, 0.2, 0.3], 2, 3), ([0.5, 0.4, 0.4, 0.4, 0.9], 3, 3),
    ([0.0, 0.0, 0.0], 1, 1), ([0.1, 0.2, 0.3], 1, 2)])
def test_patience_stops_like_hugging_face(qualities, patience, expected):
    assert stop_index(qualities, patience) == expected


def test_loss_of_a_stopped_jump():
    lost = loss(record(step_at(20)), 3)
    assert (lost.saved, lost.lost, lost.test) == (1 - 4 / 50, 1.0, 1.0)
    assert lost.noise == 0.0


def test_noise_floor_agrees_with_simulation():
    rng = random.Random(1)
    draw = lambda count: max(sum(rng.random() < 0.6 for _ in range(50)) / 50 for _ in range(count))  # noqa: E731
    gains = [max(0.0, draw(10) - draw(4)) for _ in range(3000)]
    mean, error = np.mean(gains), np.std(gains) / math.sqrt(3000)
    assert noise_floor(50, 0.6, 4, 10) == pytest.approx(mean, abs=4 * error)


@pytest.mark.parametrize(("share", "after"), [(0.0, 10), (1.0, 10), (0.5, 0)])
def test_no_noise_where_there_is_none(share, after):
    assert noise_floor(100, share, 4, after) == 0.0
