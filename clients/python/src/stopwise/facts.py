"""Facts that are read from a trainer: what cannot be read is unknown, which is None."""

from __future__ import annotations

import math
from typing import Any, Callable, Optional

Facts = dict[str, Any]


def quietly(read: Callable[[], Any]) -> Any:
    """A fact that may not be there in this trainer or release: None then, which is `unknown`."""
    try:
        return read()
    except Exception:  # a fact that cannot be read is unknown, which is a value of its own
        return None


def positive(value: Any) -> Optional[float]:
    """A count above zero, else unknown."""
    usable = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value > 0
    return value if usable else None


def parameter_count(model: Any) -> Optional[float]:
    """Parameters of the model, also where they are sharded or quantised."""
    for read in (lambda: model.num_parameters(), lambda: sum(_numel(one) for one in model.parameters())):
        count = positive(quietly(read))
        if count is not None:
            return count
    return None


def _numel(parameter: Any) -> int:
    return int(getattr(parameter, "ds_numel", None) or parameter.numel())


def word(value: Any) -> Optional[str]:
    """A word, also where it is a member of an enumeration; else unknown."""
    text = getattr(value, "value", value)
    return text if isinstance(text, str) and text.strip() else None
