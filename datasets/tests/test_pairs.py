"""Paired runs leave the base run at the action point and differ from it in the learning rate alone."""

import pytest

from sweep.config import RunConfig
from sweep.pairs import ActionPoints, cooldown_steps, pair_id, run_base, staleness
from sweep.train import Trainer, load_data

CONFIG = RunConfig(task="max-digit-5", family="gpt2", width=16, depth=1, trainSize=300, steps=100, evalEvery=2,
                   evalSize=100, dropout=0.2, lr=1e-2)


@pytest.fixture(scope="module")
def records():
    return run_base(CONFIG, with_pairs=True)


def test_a_branch_with_the_planned_rate_repeats_the_base_exactly():
    base = Trainer(CONFIG, load_data(CONFIG))
    base.run(60)
    snapshot = base.snapshot()
    base.run(100)
    branch = base.branch(snapshot, base.planned_rate)
    branch.run(100)
    assert branch.points == base.points
    assert branch.tokens == base.tokens


def test_branches_share_the_points_up_to_the_action_and_then_differ(records):
    base, *branches = records
    assert [branch["pair"]["action"] for branch in branches] == ["reduceLearningRate", "cooldown"]
    for branch in branches:
        at = branch["pair"]["atStep"] // CONFIG.evalEvery
        assert branch["pair"]["base"] == base["id"]
        assert branch["points"][:at] == base["points"][:at]
        assert branch["points"][at]["lr"] < base["points"][at]["lr"]
        assert branch["points"][-1]["trainLoss"] != base["points"][len(branch["points"]) - 1]["trainLoss"]


def test_the_lowered_rate_is_the_planned_one_times_the_factor_to_the_end(records):
    pair = records[1]["pair"]
    late = [point for point in records[1]["points"] if point["step"] > pair["atStep"]]
    assert late[-1]["step"] == CONFIG.steps
    assert [point["lr"] for point in late] == pytest.approx([CONFIG.lr * pair["factor"]] * len(late))


def test_the_cooldown_falls_in_a_line_to_zero_and_ends_the_run(records):
    pair, points = records[2]["pair"], records[2]["points"]
    late = [point["lr"] for point in points if point["step"] > pair["atStep"]]
    length = cooldown_steps(CONFIG)
    assert points[-1]["step"] == records[2]["plannedSteps"] == pair["atStep"] + length
    expected = [CONFIG.lr * (length - step + 1) / length for step in range(CONFIG.evalEvery, length + 1, CONFIG.evalEvery)]
    assert late == pytest.approx(expected, rel=1e-4)
    spent = points[-1]["tokens"] - next(p["tokens"] for p in points if p["step"] == pair["atStep"])
    assert pair["cooldownTokens"] == pytest.approx(spent, rel=0.02)


@pytest.mark.parametrize(("qualities", "expected"), [
    ([0.1], 0), ([0.1, 0.2], 0), ([0.2, 0.2], 1), ([0.3, 0.1, 0.2, 0.3], 3), ([0.1, 0.4, 0.3], 1)])
def test_staleness(qualities, expected):
    assert staleness(qualities) == expected


def test_actions_wait_for_ten_evaluations_and_come_at_the_latest_at_seventy_percent():
    class Curve:
        def __init__(self, step, qualities):
            self.step, self.points, self.config = step, [{"quality": quality} for quality in qualities], CONFIG

        def snapshot(self):
            return {"step": self.step}

    flat = ActionPoints()
    for count in range(1, 20):
        flat(Curve(2 * count, [0.0] * count))
    assert {action: taken[0]["step"] for action, taken in flat.snapshots.items()} == {"reduceLearningRate": 20, "cooldown": 20}
    rising = ActionPoints()
    for count in range(1, 51):
        rising(Curve(2 * count, [i / 100 for i in range(count)]))
    assert set(rising.snapshots) == {"reduceLearningRate", "cooldown"}
    assert {(taken[0]["step"], taken[1]) for taken in rising.snapshots.values()} == {(70, "plan-share")}


def test_pair_ids_differ_by_action_and_step():
    assert len({pair_id("a", "cooldown", 1), pair_id("a", "reduceLearningRate", 1), pair_id("a", "cooldown", 2)}) == 3
