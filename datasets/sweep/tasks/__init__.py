"""All tasks of the sweep, by name."""

from . import (  # noqa: F401  (imported for their registrations)
    arithmetic,
    classification,
    commands,
    counting,
    formats,
    lookup,
    modular,
    morphology,
    sequences,
)
from .base import REGISTRY, Example, Task

__all__ = ["REGISTRY", "Example", "Task", "task_named"]


def task_named(name: str) -> Task:
    """The task called `name`; raises ValueError that lists the names if there is none."""
    if name not in REGISTRY:
        raise ValueError(f"unknown task {name!r}; known: {', '.join(sorted(REGISTRY))}")
    return REGISTRY[name]
