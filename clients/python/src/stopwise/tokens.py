"""The cumulative training tokens of a run, whatever its trainer's own counter does."""

from __future__ import annotations

import math
from typing import Any, Optional

from .quantities import read_number


class TokenCount:
    """
    Tokens that never fall and, once told, never stop: a counter that starts again after a resume goes on from the
    total, and a value that is missing goes on at the rate so far.
    """

    def __init__(self) -> None:
        self._total = self._counted = self._step = math.nan
        self._highest: float = 0

    @classmethod
    def from_kept(cls, kept: Any) -> TokenCount:
        """Goes on with what a checkpoint kept."""
        count = cls()
        told = kept if isinstance(kept, dict) else {}
        count._total = read_number(told.get("total"))
        count._counted = read_number(told.get("counted"))
        count._step = read_number(told.get("step"))
        return count

    def keep(self) -> Optional[dict[str, float]]:
        """JSON for a checkpoint; None where no tokens were told."""
        if not math.isfinite(self._total):
            return None
        return {"total": self._total, "counted": self._counted, "step": self._step}

    def take(self, counted: Any, step: float) -> Optional[float]:
        """The total at a step, from the trainer's counter or, where that says nothing, from the rate so far."""
        number = read_number(counted)
        if not (math.isfinite(number) and number > 0):
            return self._carried_on(step)
        if not math.isfinite(self._total):
            total = number
        elif number < self._counted:
            total = self._total + number
        else:
            total = self._total + number - self._counted
        self._total, self._counted, self._step = total, number, step
        return self._rising(total)

    def _carried_on(self, step: float) -> Optional[float]:
        if not math.isfinite(self._total):
            return None
        rate = self._total / self._step if self._step > 0 else 0
        return self._rising(round(self._total + max(0, step - self._step) * rate))

    def _rising(self, total: float) -> float:
        self._highest = max(self._highest, total)
        return self._highest
