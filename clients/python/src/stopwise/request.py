"""The arguments of a run or of a recommendation, checked once and put into the words of the contract."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Callable

from .errors import InvalidInputError
from .quantities import natural, open_share, quality_loss, relative_increase

MODES = ("auto", "stop", "shadow", "audit")
SCALES = ("unit", "percent")

_WORDS = ("name", "family", "model", "schedule", "normalization", "metric", "metric_class", "regime")
_NUMBERS = (
    "dataset_size",
    "answer_length",
    "params",
    "max_steps",
    "max_tokens",
    "epochs",
    "batch_size",
    "sequence_length",
    "evals",
    "eval_size",
    "learning_rate",
    "warmup_steps",
    "weight_decay",
    "dropout",
)
FACTS = _WORDS + _NUMBERS


def one_of(*words: str) -> Callable[[str, Any], str]:
    """A reader for one of a few words; another is refused with those that are allowed."""

    def read(name: str, value: Any) -> str:
        if value in words:
            return str(value)
        raise InvalidInputError(f"{name} must be one of {', '.join(words)}, got {value!r}. Use {words[0]!r}.")

    return read


_REQUESTS: dict[str, Callable[[str, Any], Any]] = {
    "max_em_loss": quality_loss,
    "max_loss_increase": relative_increase,
    "confidence": open_share,
    "bound": one_of("tail", "mean", "high-probability"),
    "delivery": one_of("best", "last"),
    "point_worth": relative_increase,
    "eval_cost": natural,
    "seed": natural,
}


def camel(name: str) -> str:
    """`dataset_size` as `datasetSize`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _word(name: str, value: Any) -> str:
    if isinstance(value, str) and value.strip():
        return value
    raise InvalidInputError(f"{name} must be a word, got {value!r}. Leave it out where it is unknown.")


def _refuse_unknown(name: str) -> None:
    known = [*FACTS, *_REQUESTS]
    near = difflib.get_close_matches(name, known, n=1)
    fix = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}."
    raise InvalidInputError(f"{name} is no fact of a task and no wish about the answer. {fix}")


def options_of(group: Any = None, audit_share: Any = None, learning_rate_actions: bool = False) -> dict[str, Any]:
    """
    What is told of the live run itself, where it is known.

    :param group: what runs of the same task are called, the unit of guarantees
    :param audit_share: share of the runs that go on to their plan, to learn from; 0 switches it off
    :param learning_rate_actions: whether the trainer lowers its rate when told
    """
    options: dict[str, Any] = {}
    if group is not None:
        options["group"] = _word("group", group)
    if audit_share is not None:
        share = natural("audit_share", audit_share)
        if share > 1:
            raise InvalidInputError(f"audit_share must be at most 1, got {audit_share!r}. Write ten percent as 0.1.")
        options["auditShare"] = share
    if learning_rate_actions:
        options["learningRateActions"] = True
    return options


@dataclass(frozen=True)
class Request:
    """What is known of the task and what is wanted, in the names of the contract."""

    task: dict[str, Any] = field(default_factory=dict)
    wishes: dict[str, Any] = field(default_factory=dict)

    @property
    def is_loss(self) -> bool:
        """Whether the bound is on an increase of the loss."""
        return "maxLossIncrease" in self.wishes


def read_request(arguments: Mapping[str, Any]) -> Request:
    """
    Reads keyword arguments; None counts as not told.

    :raises InvalidInputError: for an unknown name or a value that breaks its rule.
    """
    task: dict[str, Any] = {}
    wishes: dict[str, Any] = {}
    for name, value in arguments.items():
        if name not in FACTS and name not in _REQUESTS:
            _refuse_unknown(name)
        if value is None:
            continue
        if name in _REQUESTS:
            wishes[camel(name)] = _REQUESTS[name](name, value)
        else:
            task[camel(name)] = _word(name, value) if name in _WORDS else natural(name, value)
    if "maxEmLoss" in wishes and "maxLossIncrease" in wishes:
        raise InvalidInputError("max_em_loss and max_loss_increase exclude each other. Give the one of your metric.")
    return Request(task, wishes)
