"""Run records: one JSON object per run, in the run-record format of stopwise."""

from __future__ import annotations

import math

from . import SOURCE, SWEEP
from .data import TEST_SIZE
from .tasks import task_named
from .train import Trainer


def rounded(value):
    """Floats to six significant digits; non-finite floats to None."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list) else value


def planned_tokens(trainer: Trainer, steps: int) -> int:
    """Training tokens that `steps` steps are expected to take: batch x mean tokens of an example."""
    batch = min(trainer.config.batchSize, len(trainer.data.train))
    return round(steps * batch * float(trainer.data.train.tokens.float().mean()))


def run_record(trainer: Trainer, seconds: float, planned_steps: int | None = None) -> dict:
    """The record of a trainer that has reached the end of its plan; `seconds` is CPU time."""
    config, steps = trainer.config, planned_steps or trainer.config.steps
    return rounded({
        "id": config.id, "source": SOURCE, "group": config.task, "sweep": SWEEP, "task": config.task,
        "model": config.model, "family": config.family, "params": trainer.parameters,
        "datasetSize": config.trainSize, "answerLength": trainer.data.answer_length,
        "metric": "exact_match", "kind": "quality", "higherIsBetter": True,
        "hyper": hyper(trainer) | {"cpuSeconds": seconds},
        "plannedSteps": steps, "plannedTokens": planned_tokens(trainer, steps),
        "end": "completed", "evalSize": config.evalSize, "points": trainer.points})


def hyper(trainer: Trainer) -> dict:
    """Hyperparameters and labels; together with the top-level fields they rebuild the RunConfig."""
    config, task = trainer.config, task_named(trainer.config.task)
    kept = ("lr", "scheduler", "warmupSteps", "weightDecay", "dropout", "normalization", "batchSize", "seed",
            "optimizer", "phenomenon", "evalEvery", "labelNoise", "clipNorm", "width", "depth", "configSet")
    return {name: getattr(config, name) for name in kept} | {
        "maxSteps": config.steps, "taskKind": task.kind, "taskNoise": task.noise, "testSize": TEST_SIZE,
        "sequenceLength": trainer.data.sequence_length, "vocabulary": trainer.data.vocabulary_size}


def config_facts(record: dict) -> dict:
    """The fields of the RunConfig that made `record` (see RunConfig.from_dict)."""
    return record["hyper"] | {
        "task": record["task"], "family": record["family"], "trainSize": record["datasetSize"],
        "evalSize": record["evalSize"], "steps": record["hyper"]["maxSteps"]}
