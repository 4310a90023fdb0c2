"""The schema check finds what it should, and what ships passes it."""

import copy

import pytest

from sweep.collect import all_problems, merged, orphans
from sweep.files import CHECKSUMS, PAIRS_FILE, SWEEP_FILE, checksum_lines, gzipped_lines, read_records
from sweep.measured import measured_label
from sweep.pairs import run_base
from sweep.schema import problems

from test_run import TINY


@pytest.fixture(scope="module")
def record():
    return run_base(TINY, False)[0]


def test_a_fresh_record_is_sound(record):
    assert problems(record) == []


@pytest.mark.parametrize(("change", "problem"), [
    (lambda r: r.pop("evalSize"), "evalSize: missing"),
    (lambda r: r.update(params="many"), "params: got str"),
    (lambda r: r.update(extra=1), "extra: unknown field"),
    (lambda r: r["hyper"].update(testSize=100), "hyper.testSize must be >= 2000, got 100"),
    (lambda r: r.update(points=r["points"][:20], plannedSteps=20), "points: a run has at least 40 evaluations, got 20"),
    (lambda r: r["points"].pop(), "points: must end at the planned step 40, got 39"),
    (lambda r: r["points"][3].update(step=2), "points[3].step: must grow"),
    (lambda r: r["points"][3].update(quality=1.5), "points[3].quality: must lie in [0, 1]"),
    (lambda r: r["points"][3].update(quality=None), "points[3].quality: must be a finite number"),
    (lambda r: r["points"][3].update(evalLoss=float("inf")), "points[3].evalLoss: must be a finite number"),
    (lambda r: r["points"][3].pop("lr"), "points[3].fields must be"),
    (lambda r: r.update(pair={"base": "x", "action": "cooldown", "atStep": 1}), "pair.cooldownTokens: missing"),
    (lambda r: r.update(pair={"action": "pray"}), "pair.action must be one of reduceLearningRate, cooldown, got pray"),
])
def test_damage_is_found(record, change, problem):
    damaged = copy.deepcopy(record)
    change(damaged)
    assert any(found.startswith(problem) for found in problems(damaged)), problems(damaged)


def test_a_diverged_loss_may_be_null(record):
    diverged = copy.deepcopy(record)
    diverged["points"][5] |= {"evalLoss": None, "trainLoss": None, "gradNorm": None}
    assert problems(diverged) == []


def test_the_same_records_give_the_same_bytes(record):
    assert gzipped_lines([record]) == gzipped_lines([copy.deepcopy(record)])
    assert gzipped_lines([record])[4:8] == b"\0\0\0\0"


def test_merging_keeps_what_is_shipped_and_prefers_what_is_new():
    old = [{"id": name, "task": "t", "model": "m", "from": "old"} for name in "ba"]
    new = [{"id": name, "task": "t", "model": "m", "from": "new"} for name in "cb"]
    assert [(record["id"], record["from"]) for record in merged(old, new)] == [("a", "old"), ("b", "new"), ("c", "new")]


def test_a_pair_without_its_base_is_found():
    assert orphans([{"id": "a"}], [{"id": "p", "pair": {"base": "b"}}, {"id": "q", "pair": {"base": "a"}}]) == ["p: base b is missing"]


def test_what_ships_is_sound():
    runs, pairs = read_records(SWEEP_FILE), read_records(PAIRS_FILE)
    assert all_problems(runs + pairs) == []
    assert orphans(runs, pairs) == []
    assert len({record["id"] for record in runs + pairs}) == len(runs) + len(pairs)
    assert CHECKSUMS.read_text() == checksum_lines([SWEEP_FILE, PAIRS_FILE])


def test_what_ships_has_the_breadth_of_the_first_instalment_at_least():
    runs = read_records(SWEEP_FILE)
    per_task = [sum(run["task"] == task for run in runs) for task in {run["task"] for run in runs}]
    assert sum(count >= 3 for count in per_task) >= 24
    assert len({run["family"] for run in runs}) >= 5
    assert all(run["hyper"]["measuredPhenomenon"] == measured_label(run) for run in runs)
