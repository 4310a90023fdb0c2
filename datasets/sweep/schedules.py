"""Learning-rate schedules as a factor of the peak rate."""

from __future__ import annotations

import math


def factor(scheduler: str, step: int, steps: int, warmup_steps: int) -> float:
    """Factor at optimiser step `step` (0-based) of `steps`: linear warm-up, then the schedule to zero."""
    if step < warmup_steps:
        return (step + 1) / warmup_steps
    progress = (step - warmup_steps) / max(1, steps - warmup_steps)
    return {
        "constant": 1.0,
        "linear": 1.0 - progress,
        "cosine": 0.5 * (1.0 + math.cos(math.pi * progress)),
        "inverse-sqrt": math.sqrt(max(1, warmup_steps) / max(1, step + 1)),
    }[scheduler]
