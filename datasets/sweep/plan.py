"""The designed experiment: which runs there are, and in which order.

Every prefix of the plan is a balanced data set: first 24 tasks x three architectures, task kinds
taking turns; then the other tasks and the crossed sets side by side, each in its own balanced order; at last
the matched set, task by task.
`python -m sweep.plan` prints it as JSON lines.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from . import crossed
from .config import RunConfig
from .core import LONG_CORE_TASKS, core, seeds
from .phenomena import phenomena


@dataclass(frozen=True)
class PlannedRun:
    """A run, and whether its two paired branches are run with it."""

    config: RunConfig
    pairs: bool = False


def interleaved(sets: list[tuple[list[PlannedRun], float]]) -> list[PlannedRun]:
    """Merges sets of runs, each spread evenly over the given first share of the result."""
    placed = [(share * (place + 0.5) / len(runs), index, run)
              for index, (runs, share) in enumerate(sets) for place, run in enumerate(runs)]
    return [run for *_, run in sorted(placed, key=lambda item: item[:2])]


def plan() -> list[PlannedRun]:
    """All planned runs, each configuration once, in order."""
    first = [PlannedRun(config) for config in core()]
    head, tail = first[:3 * LONG_CORE_TASKS], first[3 * LONG_CORE_TASKS:]
    parts = [crossed.sample_sizes(), crossed.learning_rates(), crossed.regularisation(), crossed.cadences(),
             crossed.shapes(), seeds(), phenomena()]
    sets = [([PlannedRun(config) for config in part], 0.9) for part in parts]
    paired = [PlannedRun(config, pairs=True) for config in crossed.paired()]
    runs: dict[str, PlannedRun] = {}
    last = [PlannedRun(config) for config in crossed.matched()]
    for run in head + interleaved([(tail, 1.0), *sets, (paired, 0.75)]) + last:
        runs.setdefault(run.config.id, run)
    return list(runs.values())


def main() -> None:
    for run in plan():
        print(json.dumps({"id": run.config.id, "pairs": run.pairs} | asdict(run.config)))


if __name__ == "__main__":
    main()
