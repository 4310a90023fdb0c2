"""Numbers as people write them, read as the flags of the command line read them."""

from __future__ import annotations

import math
import re
from typing import Any, Union

from .errors import InvalidInputError

Quantity = Union[float, int, str]

_SUFFIXES = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9, "g": 1e9, "t": 1e12}
_NUMBER = re.compile(r"([+-]?(?:\d[\d_,]*)?(?:\.\d+)?(?:e[+-]?\d+)?)([kmbgt]?)", re.IGNORECASE)
_GROUPS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?!\d)")
_LOSS = re.compile(r"(.*?)\s*(pts?|points?|pp|%)?", re.IGNORECASE)


def read_number(value: Any) -> float:
    """
    `20000`, `"20_000"`, `"20,000"`, `"2e4"`, `"20k"`, `"1.5B"`; anything with a float value, such as a numpy
    number or a tensor of one element. NaN where it is no number; a decimal comma is none.
    """
    if value is None or isinstance(value, bool):
        return math.nan
    if not isinstance(value, str):
        try:
            return float(value)
        except (TypeError, ValueError, RuntimeError):
            return math.nan
    match = _NUMBER.fullmatch(value.strip())
    if match is None or match[1] == "" or ("," in match[1] and not _GROUPS.match(match[1])):
        return math.nan
    try:
        return float(match[1].replace("_", "").replace(",", "")) * _SUFFIXES[match[2].lower()]
    except ValueError:
        return math.nan


def tidy(value: float) -> float:
    """A whole number as an int, so that JSON shows 8000 and not 8000.0."""
    return int(value) if math.isfinite(value) and value == int(value) else value


def quality_loss(name: str, value: Quantity) -> float:
    """
    A loss of quality, absolute: `0.01`, `"1pt"` and `"1%"` are all one point. A bare number >= 0.3 is most
    likely meant in points and is refused, never guessed.
    """
    match = _LOSS.fullmatch(value.strip()) if isinstance(value, str) else None
    unit = match[2] if match else None
    number = read_number(match[1] if match else value)
    loss = number if unit is None else float(f"{number / 100:.12g}")
    if not loss > 0:
        raise InvalidInputError(
            f"{name} must be a loss of quality > 0 such as 0.01, '1pt' or '1%', got {value!r}. "
            "For one point write '1pt'."
        )
    if unit is None and loss >= 0.3:
        fix = f"Write points as '{number:g}pt'." if loss <= 100 else "For one point write '1pt'."
        raise InvalidInputError(f"{name} as a bare number must be < 0.3, got {value!r}. {fix}")
    if loss > 1:
        raise InvalidInputError(f"{name} must be at most 100 points, got {value!r}. For one point write '1pt'.")
    return loss


def _share_number(value: Quantity) -> float:
    if isinstance(value, str) and value.strip().endswith("%"):
        return read_number(value.strip()[:-1]) / 100
    return read_number(value)


def relative_increase(name: str, value: Quantity) -> float:
    """A relative increase of a loss: `0.01` and `"1%"` are one percent."""
    share = _share_number(value)
    if share > 0 and math.isfinite(share):
        return share
    raise InvalidInputError(f"{name} must be a share > 0, got {value!r}. For one percent write '1%' or 0.01.")


def open_share(name: str, value: Quantity) -> float:
    """A share strictly between 0 and 1, such as a confidence; `"90%"` is 0.9."""
    share = _share_number(value)
    if 0 < share < 1:
        return share
    raise InvalidInputError(
        f"{name} must be between 0 and 1, both excluded, got {value!r}. For ninety percent write 0.9."
    )


def natural(name: str, value: Quantity) -> float:
    """A number that may be zero but not less."""
    number = read_number(value)
    if number >= 0 and math.isfinite(number):
        return tidy(number)
    raise InvalidInputError(f"{name} must be a number >= 0, got {value!r}. Leave it out where it is unknown.")
