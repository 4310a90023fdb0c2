"""Tells every rank what rank zero decided."""

from __future__ import annotations

import sys
from typing import Any


def group_is_up() -> bool:
    """Whether torch.distributed joins several ranks."""
    distributed: Any = sys.modules.get("torch.distributed")
    if distributed is None or not distributed.is_available() or not distributed.is_initialized():
        return False
    return int(distributed.get_world_size()) > 1


def from_rank_zero(value: Any) -> Any:
    """The value of rank zero, on every rank; all ranks must call this together."""
    if not group_is_up():
        return value
    distributed: Any = sys.modules["torch.distributed"]
    box = [value]
    distributed.broadcast_object_list(box, src=0)
    return box[0]
