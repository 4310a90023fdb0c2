"""A question-answer task: a seeded generator of (question, answer) pairs."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Symbols = tuple[str, ...]
Example = tuple[Symbols, Symbols]
Generator = Callable[[random.Random], tuple[Iterable[str], Iterable[str]]]


@dataclass(frozen=True)
class Task:
    """One task.

    Attributes:
        name: readable id, e.g. ``addition-2digit``; it is also the run's group.
        kind: one of the kinds of the data card, e.g. ``arithmetic``.
        generate: draws one (question, answer) pair from a random generator; a string counts as a
            sequence of one-character symbols, a tuple or list as a sequence of symbols.
        noise: probability that an answer is replaced by another answer, in every split: noise that
            no model can learn away.
        validation: questions kept for validation; fewer where there are few questions in all.
    """

    name: str
    kind: str
    generate: Generator
    noise: float = 0.0
    validation: int = 1000

    def draw(self, rng: random.Random) -> Example:
        question, answer = self.generate(rng)
        return tuple(question), tuple(answer)


REGISTRY: dict[str, Task] = {}


def add(kind: str, name: str, generate: Generator, **facts) -> None:
    """Registers a task; a name that is taken is an error."""
    if name in REGISTRY:
        raise ValueError(f"task names must be unique, got {name} twice")
    REGISTRY[name] = Task(name, kind, generate, **facts)


DIGITS = "0123456789"
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def word(rng: random.Random, alphabet: str, low: int, high: int | None = None) -> str:
    """A random word over `alphabet` of `low` to `high` symbols (inclusive)."""
    length = low if high is None else rng.randint(low, high)
    return "".join(rng.choices(alphabet, k=length))
