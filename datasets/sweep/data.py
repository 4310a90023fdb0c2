"""Questions of a task, split into test, validation and train sets that are disjoint by construction.

Distinct questions are drawn in one seeded order; the first `TEST_SIZE` are the test set, the next
`task.validation` the validation pool, and the rest, in order, the train pool. A train set of n
examples is the first n of the pool, so smaller train sets are subsets of larger ones; a validation
set of m questions is the first m of its pool.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from .tasks import Example, Task

TEST_SIZE = 2000
DATA_SEED = 20261121
TRIES_PER_QUESTION = 60


@dataclass(frozen=True)
class Splits:
    """Examples of one task; `train` may hold fewer than asked for where questions run out."""

    train: list[Example]
    validation: list[Example]
    test: list[Example]


def distinct_questions(task: Task, count: int) -> list[Example]:
    """The first `count` distinct questions of the task's seeded stream (fewer if it dries up)."""
    rng = random.Random(f"{DATA_SEED}/{task.name}")
    seen: dict[tuple[str, ...], tuple[str, ...]] = {}
    tries = 0
    while len(seen) < count and tries < TRIES_PER_QUESTION * count:
        question, answer = task.draw(rng)
        seen.setdefault(question, answer)
        tries += 1
    return with_noise(list(seen.items()), task.noise, f"{DATA_SEED}/{task.name}/noise")


def with_noise(examples: list[Example], share: float, seed: str) -> list[Example]:
    """Replaces a `share` of the answers by the answer of another example.

    Every example uses two draws of its own, so the first n noisy examples of a longer list equal
    the noisy list of the first n where the donors are the examples before it.
    """
    if share == 0:
        return examples
    rng = random.Random(seed)
    noisy = []
    for index, (question, answer) in enumerate(examples):
        hit, donor = rng.random() < share, int(rng.random() * max(index, 1))
        noisy.append((question, examples[donor][1] if hit else answer))
    return noisy


def splits(task: Task, train_size: int, validation_size: int, label_noise: float = 0.0) -> Splits:
    """The splits of `task`; `label_noise` is the share of replaced answers in the train set only."""
    held_out = TEST_SIZE + task.validation
    examples = distinct_questions(task, held_out + train_size)
    train = with_noise(examples[held_out:], label_noise, f"{DATA_SEED}/{task.name}/label-noise")
    return Splits(train, examples[TEST_SIZE:held_out][:validation_size], examples[:TEST_SIZE])
