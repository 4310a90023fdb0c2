"""A phenomenon label measured from the curve itself, beside the one that was meant.

`hyper.phenomenon` says what a run was made for (null: nothing in particular); what the curve then
did is `hyper.measuredPhenomenon`, by the first rule below that holds. s is validation EM smoothed
by a centred mean of 5 evaluations (fewer at the ends), rise = max(s) - s[0], sd = the binomial
standard deviation of one evaluation at the peak of s, and t the share of the plan.

divergence           a loss that is not finite; or s falls as under overfitting while the smoothed train loss
                     ends above 1.5 x its smallest value, by more than 3 % of its first
overfitting          max(s) - s[-1] > max(0.03, 2 sd)
hopeless             max(s) < 0.9, and from t = 0.1 on s gains less than 0.05: nothing was worth waiting for
late-generalisation  rise >= 0.3, half of it is reached at t >= 0.25, with the train loss there below a third
                     of the validation loss: the train set was known before the rule was
jump                 rise >= 0.3, under a tenth of it at t = 0.1, and half of it inside one tenth of the plan
slow-creep           the last quarter of the plan adds more than max(0.03, 2 sd) to s
evaluation-noise     the standard deviation of quality - s over the last half exceeds 0.02
ordinary             none of these
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

HALF_WINDOW = 2


def smoothed(values: np.ndarray) -> np.ndarray:
    """Centred mean of 5 values, of those there are at the ends."""
    return np.array([values[max(0, i - HALF_WINDOW):i + HALF_WINDOW + 1].mean() for i in range(len(values))])


@dataclass(frozen=True)
class Shape:
    """A curve prepared for the rules; all arrays [nCheckpoints]."""

    share: np.ndarray
    quality: np.ndarray
    smooth: np.ndarray
    train_loss: np.ndarray
    eval_loss: np.ndarray
    deviation: float

    @property
    def rise(self) -> float:
        return float(self.smooth.max() - self.smooth[0])

    def first_at(self, part: float) -> int:
        """Index of the first checkpoint at which `part` of the rise is reached."""
        return int(np.argmax(self.smooth >= self.smooth[0] + part * self.rise))


def shape(record: dict) -> Shape:
    points = record["points"]
    column = lambda name: np.array([math.nan if point[name] is None else point[name] for point in points], float)  # noqa: E731
    quality = column("quality")
    smooth = smoothed(quality)
    peak = float(smooth.max())
    return Shape(column("step") / points[-1]["step"], quality, smooth, column("trainLoss"), column("evalLoss"),
                 math.sqrt(peak * (1 - peak) / record["evalSize"]))


def is_divergence(curve: Shape) -> bool:
    if not np.isfinite(np.concatenate([curve.train_loss, curve.eval_loss])).all():
        return True
    loss = smoothed(curve.train_loss)
    return is_overfitting(curve) and loss[-1] > 1.5 * loss.min() and loss[-1] - loss.min() > 0.03 * loss[0]


def is_hopeless(curve: Shape) -> bool:
    early = curve.smooth[curve.share <= 0.1].max(initial=curve.smooth[0])
    return curve.smooth.max() < 0.9 and curve.smooth.max() - early < 0.05


def is_overfitting(curve: Shape) -> bool:
    return curve.smooth.max() - curve.smooth[-1] > max(0.03, 2 * curve.deviation)


def is_late_generalisation(curve: Shape) -> bool:
    half = curve.first_at(0.5)
    return curve.rise >= 0.3 and curve.share[half] >= 0.25 and curve.train_loss[half] < curve.eval_loss[half] / 3


def is_jump(curve: Shape) -> bool:
    if curve.rise < 0.3 or curve.share[curve.first_at(0.1)] <= 0.1:
        return False
    reach = max(1, round(0.1 * len(curve.quality)))
    return bool((curve.smooth[reach:] - curve.smooth[:-reach]).max() >= 0.5 * curve.rise)


def is_slow_creep(curve: Shape) -> bool:
    before = curve.smooth[curve.share <= 0.75].max()
    return curve.smooth.max() - before > max(0.03, 2 * curve.deviation)


def is_evaluation_noise(curve: Shape) -> bool:
    late = curve.share > 0.5
    return float((curve.quality - curve.smooth)[late].std()) > 0.02


RULES = {
    "divergence": is_divergence, "overfitting": is_overfitting, "hopeless": is_hopeless,
    "late-generalisation": is_late_generalisation, "jump": is_jump, "slow-creep": is_slow_creep,
    "evaluation-noise": is_evaluation_noise,
}


def measured_label(record: dict) -> str:
    """The first rule that the record's curve satisfies, else `ordinary`."""
    curve = shape(record)
    return next((name for name, holds in RULES.items() if holds(curve)), "ordinary")


def with_measured_label(record: dict) -> dict:
    return record | {"hyper": record["hyper"] | {"measuredPhenomenon": measured_label(record)}}
