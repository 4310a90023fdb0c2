"""Paired runs: what a learning-rate action did, which replaying a recorded curve cannot tell.

The base run is trained to its end and is the control. Two branches leave it, with the base's own
weights, optimiser state and order of batches:

* `reduceLearningRate`, at the first plateau (3 evaluations in a row without a new best validation
  EM): the planned rate times `factor` from there to the end of the plan;
* `cooldown`, at the stopping point (5 evaluations without a new best): the rate falls linearly from
  its value to zero over 10 % of the planned steps, and the run ends there.

Both rules wait for the first 10 evaluations; where one has not fired by 70 % of the plan, the action
is taken there (`hyper.pairTrigger` says "plan-share" instead of "plateau").
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field

from .config import RunConfig
from .record import planned_tokens, rounded, run_record
from .train import Trainer, load_data

PATIENCE = {"reduceLearningRate": 3, "cooldown": 5}
WARMUP_EVALUATIONS = 10
LATEST_SHARE = 0.7
COOLDOWN_SHARE = 0.1
FACTORS = (0.1, 0.3)


def staleness(qualities: list[float]) -> int:
    """Evaluations since the last strict improvement of the best quality; 0 right after one."""
    return len(qualities) - 1 - qualities.index(max(qualities))


@dataclass
class ActionPoints:
    """Takes a snapshot of the base run when an action's rule first fires."""

    snapshots: dict[str, tuple[dict, str]] = field(default_factory=dict)

    def __call__(self, trainer: Trainer) -> None:
        qualities = [point["quality"] for point in trainer.points]
        late = trainer.step >= LATEST_SHARE * trainer.config.steps
        for action, patience in PATIENCE.items():
            if action in self.snapshots or len(qualities) < WARMUP_EVALUATIONS:
                continue
            if staleness(qualities) >= patience:
                self.snapshots[action] = (trainer.snapshot(), "plateau")
            elif late:
                self.snapshots[action] = (trainer.snapshot(), "plan-share")


def cooldown_steps(config: RunConfig) -> int:
    """Length of the cooldown in steps: 10 % of the plan, a whole number of evaluation intervals."""
    return max(1, round(COOLDOWN_SHARE * config.steps / config.evalEvery)) * config.evalEvery


def reduced(base: Trainer, snapshot: dict) -> tuple[Trainer, dict, int]:
    factor = FACTORS[int(base.config.id[-1], 16) % 2]
    branch = base.branch(snapshot, lambda step: factor * base.planned_rate(step))
    return branch, {"factor": factor}, base.config.steps


def cooled(base: Trainer, snapshot: dict) -> tuple[Trainer, dict, int]:
    start, length = snapshot["step"], cooldown_steps(base.config)
    end = min(start + length, base.config.steps)
    rate = base.planned_rate(start)
    branch = base.branch(snapshot, lambda step: rate * (end - step) / (end - start))
    return branch, {"cooldownTokens": planned_tokens(base, end - start)}, end


BRANCHES = {"reduceLearningRate": reduced, "cooldown": cooled}


def pair_id(base_id: str, action: str, at_step: int) -> str:
    return hashlib.sha256(f"{base_id}/{action}/{at_step}".encode()).hexdigest()[:16]


def branch_record(base: Trainer, action: str, snapshot: dict, trigger: str) -> dict:
    """Runs one branch to its end and gives its record; points up to `atStep` are the base's own."""
    began = time.process_time()
    branch, size, end = BRANCHES[action](base, snapshot)
    branch.run(end)
    at_step = snapshot["step"]
    record = run_record(branch, time.process_time() - began, end)
    record["hyper"]["pairTrigger"] = trigger
    return record | {"id": pair_id(base.config.id, action, at_step),
                     "pair": rounded({"base": base.config.id, "action": action, "atStep": at_step} | size)}


def run_base(config: RunConfig, with_pairs: bool) -> list[dict]:
    """The record of a run and, with pairs, those of its two branches (base first)."""
    began = time.process_time()
    points = ActionPoints() if with_pairs else (lambda trainer: None)
    base = Trainer(config, load_data(config))
    base.run(config.steps, points)
    records = [run_record(base, time.process_time() - began)]
    if with_pairs:
        records += [branch_record(base, action, *taken) for action, taken in points.snapshots.items()]
    return records
