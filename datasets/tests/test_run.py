"""The harness: no finished run is lost or repeated, and a run can be remade."""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sweep.config import RunConfig
from sweep.pairs import run_base
from sweep.plan import PlannedRun, plan
from sweep.record import config_facts
from sweep.run import main, planned_run, read_plan, remaining, result_file, shard, write_atomically

DATASETS = Path(__file__).resolve().parent.parent
TINY = RunConfig(task="addition-2digit", family="lstm", width=16, depth=1, trainSize=200, steps=40, evalEvery=1,
                 evalSize=100, normalization="none", dropout=0.1)


def start(plan_file, out):
    command = [sys.executable, "-m", "sweep.run", "--plan", str(plan_file), "--out", str(out), "--workers", "1"]
    return subprocess.Popen(command, cwd=DATASETS, env=os.environ | {"OMP_NUM_THREADS": "1"}, start_new_session=True,
                            stdout=subprocess.PIPE, text=True)


def finished(out):
    return {path.name: path.stat().st_mtime_ns for path in out.glob("*.json")}


def test_a_killed_sweep_resumes_without_losing_or_repeating_a_run(tmp_path):
    configs = [TINY.but(seed=seed) for seed in range(4)]
    plan_file, out = tmp_path / "plan.jsonl", tmp_path / "runs"
    plan_file.write_text("".join(json.dumps(vars(config) | {"pairs": False}) + "\n" for config in configs))
    first = start(plan_file, out)
    while not out.exists() or not finished(out):
        assert first.poll() is None, "the sweep ended before it finished a run"
        time.sleep(0.02)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    before = finished(out)
    assert 0 < len(before) < 4
    output, _ = start(plan_file, out).communicate(timeout=300)
    after = finished(out)
    assert f"4 planned, {len(before)} finished, {4 - len(before)} to run" in output
    assert {name: after[name] for name in before} == before
    assert sorted(after) == sorted(f"{config.id}.json" for config in configs)


def test_a_partial_file_does_not_count_as_finished(tmp_path):
    run = PlannedRun(TINY)
    (tmp_path / f"{TINY.id}.123.partial").write_text("[")
    assert remaining([run], tmp_path) == [run]
    write_atomically(result_file(tmp_path, TINY.id), "[]")
    assert remaining([run], tmp_path) == []


def test_the_same_configuration_gives_the_same_curve_and_another_seed_another():
    one, again, other = (run_base(config, False)[0] for config in (TINY, TINY, TINY.but(seed=1)))
    assert one["points"] == again["points"]
    assert one["points"] != other["points"]


def test_a_record_rebuilds_its_configuration():
    record = run_base(TINY, False)[0]
    assert RunConfig.from_dict(config_facts(record)) == TINY
    assert RunConfig.from_dict(config_facts(record)).id == record["id"]


def test_labels_do_not_enter_the_id_and_every_other_field_does():
    assert TINY.but(configSet="seeds", phenomenon="jump").id == TINY.id
    changed = [TINY.but(lr=1.0), TINY.but(seed=9), TINY.but(clipNorm=None), TINY.but(evalEvery=2), TINY.but(labelNoise=0.5)]
    assert len({config.id for config in [TINY, *changed]}) == 6


def test_a_plan_file_gives_back_the_plan(tmp_path):
    runs = plan()[:5]
    path = tmp_path / "plan.jsonl"
    path.write_text("\n".join(json.dumps(vars(run.config) | {"pairs": run.pairs}) for run in runs))
    assert read_plan(path) == runs


def test_an_unknown_id_is_one_clear_line(capsys):
    assert main(["--only", "0" * 16]) == 2
    assert capsys.readouterr().err == (
        "no run 0000000000000000 in the plan or in the shipped files. List ids with: python -m sweep.plan\n")


def test_shards_cover_the_plan_once():
    runs = plan()
    parts = [runs[first::shards] for first, shards in (shard("0/2"), shard("1/2"))]
    assert sorted(run.config.id for part in parts for run in part) == sorted(run.config.id for run in runs)


@pytest.mark.parametrize("text", ["2/2", "1", "a/b", "-1/2"])
def test_a_wrong_shard_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match="a shard is I/N with 0 <= I < N, got"):
        shard(text)


def test_every_planned_id_is_found():
    run = plan()[-1]
    assert planned_run(run.config.id) == run
    assert len({run.config.id for run in plan()}) == len(plan()) >= 660


@pytest.mark.parametrize(("first", "tasks"), [(72, 24), (150, 36), (300, 55), (600, 85)])
def test_every_prefix_of_the_plan_is_balanced(first, tasks):
    head = [run.config for run in plan()[:first]]
    families = [config.family for config in head]
    assert len(set(families)) == 7 and max(map(families.count, families)) < first / 3
    assert len({config.task for config in head}) >= tasks
