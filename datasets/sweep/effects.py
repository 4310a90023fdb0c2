"""What the learning-rate actions did, from the paired runs: `python -m sweep.effects`.

A branch is compared with its base at the same step, and with its base at the end of the plan. Both
deliver the checkpoint that is best on validation so far; the EM compared is that checkpoint's test
EM, so that picking the larger of noisy scores is no gain. Figures are means over configurations.

gain same step   test EM of the branch less that of the base stopped at the branch's last step, points
gain whole run   test EM of the branch less that of the base run to the end of its plan, points
better, worse    share of configurations whose same-step gain is above +1, below -1 point
saved            share of the base's tokens that the branch did not spend
last             validation EM of the last checkpoint, branch less base at the same step, points
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from statistics import fmean, stdev

from .files import PAIRS_FILE, SWEEP_FILE, read_records


@dataclass(frozen=True)
class Effect:
    """Effect of one action on one configuration; EM and tokens as shares in [0, 1]."""

    same_step: float
    whole_run: float
    last: float
    saved: float


def delivered_test(points: list[dict]) -> float:
    """Test EM of the first checkpoint that is best on validation."""
    return max(points, key=lambda point: (point["quality"], -point["step"]))["testQuality"]


def effect(branch: dict, base: dict) -> Effect:
    end = branch["points"][-1]
    until = [point for point in base["points"] if point["step"] <= end["step"]]
    delivered = delivered_test(branch["points"])
    return Effect(same_step=delivered - delivered_test(until),
                  whole_run=delivered - delivered_test(base["points"]),
                  last=end["quality"] - until[-1]["quality"],
                  saved=1 - end["tokens"] / base["points"][-1]["tokens"])


def effects(runs: list[dict], pairs: list[dict]) -> dict[str, list[Effect]]:
    """Effects by action; a lowered rate by its factor."""
    bases, found = {run["id"]: run for run in runs}, {}
    for record in pairs:
        pair = record["pair"]
        name = "cooldown" if pair["action"] == "cooldown" else f"reduceLearningRate x {pair['factor']}"
        found.setdefault(name, []).append(effect(record, bases[pair["base"]]))
    return dict(sorted(found.items()))


def row(name: str, found: list[Effect]) -> str:
    gains = [item.same_step for item in found]
    error = 100 * stdev(gains) / len(gains)**0.5 if len(gains) > 1 else float("nan")
    better, worse = fmean(gain > 0.01 for gain in gains), fmean(gain < -0.01 for gain in gains)
    return (f"| {name} | {len(found)} | {100 * fmean(gains):+.1f} ± {error:.1f} | {better:.2f} | {worse:.2f} "
            f"| {100 * fmean(item.last for item in found):+.1f} | {100 * fmean(item.whole_run for item in found):+.1f} "
            f"| {fmean(item.saved for item in found):.2f} |")


def table(runs: list[dict], pairs: list[dict]) -> str:
    head = "| action | configurations | gain same step (± standard error) | better | worse | last | gain whole run | saved |"
    return "\n".join([head, "|" + " --- |" * 8, *(row(*item) for item in effects(runs, pairs).items())])


def main() -> int:
    print(table(read_records(SWEEP_FILE), read_records(PAIRS_FILE)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
