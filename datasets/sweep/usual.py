"""The usual configuration of each family, and how many train examples each task has."""

from __future__ import annotations

from .config import RunConfig
from .data import TEST_SIZE
from .tasks import REGISTRY, Task

# Where questions are few: distinct questions of the task, rounded down.
QUESTIONS = {
    "addition-2digit": 10_000, "subtraction-2digit": 10_000, "multiplication-3x1": 10_000,
    "navigate-2": 5800, "program-1": 6400, "parity-13": 8190, "roman-to-arabic": 3999,
    "arabic-to-roman": 3999, "minutes-to-hours": 10_000, "binary-to-decimal-13bit": 8190,
    "multi-hop-2": 4300, "modadd-59": 3480, "modadd-97": 9400, "modsub-67": 4480, "modmul-61": 3700,
    "modadd-3operands-17": 4900, "modsquares-59": 3480,
}
# Width, depth, steps and peak learning rate of each family: about ten core seconds a run ...
LONG = {
    "t5": (48, 1, 900, 5e-3),
    "bart": (48, 1, 900, 2e-3),
    "gpt2": (48, 1, 1000, 2e-3),
    "llama": (48, 1, 1000, 3e-3),
    "mamba": (32, 1, 320, 5e-3),
    "lstm": (64, 1, 1500, 5e-3),
    "gru": (64, 1, 1300, 5e-3),
}
# ... for the first 24 tasks of the core, and about three for all that follows.
USUAL = {
    "t5": (32, 1, 400, 5e-3),
    "bart": (32, 1, 400, 3e-3),
    "gpt2": (32, 1, 480, 3e-3),
    "llama": (32, 1, 440, 3e-3),
    "mamba": (32, 1, 200, 5e-3),
    "lstm": (64, 1, 720, 5e-3),
    "gru": (48, 1, 560, 7e-3),
}


def most_train(task: Task) -> int:
    """The largest train set that the task's distinct questions allow, at most 10,000."""
    return min(10_000, QUESTIONS.get(task.name, 10**6) - TEST_SIZE - task.validation)


def usual(task_name: str, family: str, **changes) -> RunConfig:
    """The family's usual configuration on a task, changed where said, sizes cut to what the task has."""
    task, (width, depth, steps, lr) = REGISTRY[task_name], USUAL[family]
    facts = dict(width=width, depth=depth, lr=lr, trainSize=3000, **timed(steps, 40),
                 normalization="none" if family in ("lstm", "gru") else "native") | changes
    facts["trainSize"] = min(facts["trainSize"], most_train(task))
    facts["evalSize"] = min(facts.get("evalSize", 500), task.validation)
    facts["batchSize"] = min(facts.get("batchSize", 32), facts["trainSize"])
    return RunConfig(task=task_name, family=family, **facts)


def timed(steps: int, evaluations: int) -> dict:
    """Steps and cadence that give exactly `evaluations` evaluations."""
    every = max(1, round(steps / evaluations))
    return {"steps": every * evaluations, "evalEvery": every}
