"""
Tells a language-model training run when to stop.

    from stopwise.transformers import StopwiseCallback    # Trainer, Seq2SeqTrainer, TRL, Unsloth
    Trainer(..., callbacks=[StopwiseCallback(max_em_loss="1pt")])

    with stopwise.run(dataset_size=20_000, family="t5", max_steps=8_000, max_em_loss="1pt") as run:
        if run.checkpoint(step=step, quality=em, eval_loss=loss).stop: break
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .decision import Advice, Decision, Recorded
    from .errors import InvalidInputError, RefusedError, StopwiseError, UnreachableError
    from .live_run import Timeouts
    from .loop import Run, run
    from .recommendation import recommend

_PLACES = {
    "Advice": "decision",
    "Decision": "decision",
    "InvalidInputError": "errors",
    "Recorded": "decision",
    "RefusedError": "errors",
    "Run": "loop",
    "StopwiseError": "errors",
    "Timeouts": "live_run",
    "UnreachableError": "errors",
    "recommend": "recommendation",
    "run": "loop",
}

__all__ = [
    "Advice",
    "Decision",
    "InvalidInputError",
    "Recorded",
    "RefusedError",
    "Run",
    "StopwiseError",
    "Timeouts",
    "UnreachableError",
    "__version__",
    "recommend",
    "run",
]


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("stopwise")
    except PackageNotFoundError:
        return "0+checkout"


def __getattr__(name: str) -> Any:
    # Loaded when they are asked for: the import of a trainer script stays fast.
    if name == "__version__":
        value: Any = _version()
    elif name in _PLACES:
        value = getattr(import_module(f".{_PLACES[name]}", __name__), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
