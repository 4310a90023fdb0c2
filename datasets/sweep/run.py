"""Runs the plan, or any single run of it: `python -m sweep.run --help`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from multiprocessing import get_context
from pathlib import Path

from .config import RunConfig
from .files import DATASETS, PAIRS_FILE, SWEEP_FILE, read_records
from .plan import PlannedRun, plan


def result_file(out: Path, run_id: str) -> Path:
    return out / f"{run_id}.json"


def write_atomically(path: Path, text: str) -> None:
    """A reader, or the next start after a kill, sees the whole file or none."""
    partial = path.with_suffix(f".{os.getpid()}.partial")
    partial.write_text(text)
    os.replace(partial, path)


def remaining(runs: list[PlannedRun], out: Path) -> list[PlannedRun]:
    """The planned runs that have no result file yet, in the order of the plan."""
    return [run for run in runs if not result_file(out, run.config.id).exists()]


def execute(run: PlannedRun, out: Path) -> dict:
    """Trains one planned run, writes its records as one file, and returns the base record."""
    from .pairs import run_base

    records = run_base(run.config, run.pairs)
    write_atomically(result_file(out, run.config.id), json.dumps(records, allow_nan=False))
    return records[0]


def _execute_one_thread(task: tuple[PlannedRun, Path]) -> tuple[str, float]:
    import torch

    torch.set_num_threads(1)
    run, out = task
    began = time.time()
    try:
        record = execute(run, out)
    except Exception as error:  # one run's failure must not cost the others; it is tried again next time
        return f"FAILED {run.config.id} {run.config.task} {run.config.model}: {error!r}", time.time() - began
    best = max(point["quality"] for point in record["points"])
    return f"{run.config.id} {run.config.task} {run.config.model} best EM {best:.3f}", time.time() - began


def run_all(runs: list[PlannedRun], out: Path, workers: int) -> None:
    """Runs what remains of the plan, one process a worker, with a progress line per run."""
    out.mkdir(parents=True, exist_ok=True)
    todo, began = remaining(runs, out), time.time()
    print(f"{len(runs)} planned, {len(runs) - len(todo)} finished, {len(todo)} to run", flush=True)
    with get_context("spawn").Pool(workers) as pool:
        for done, (line, seconds) in enumerate(pool.imap_unordered(_execute_one_thread, [(run, out) for run in todo]), 1):
            left = (time.time() - began) / done * (len(todo) - done) / 60
            print(f"{done}/{len(todo)} {line} in {seconds:.1f} s, about {left:.0f} min left", flush=True)


def planned_run(run_id: str) -> PlannedRun:
    """The run with this id, from the plan or else from the shipped files; a paired run comes with its base.

    Raises ValueError if it is in neither.
    """
    for run in plan():
        if run.config.id == run_id:
            return run
    from .record import config_facts

    for record in read_records(SWEEP_FILE) + read_records(PAIRS_FILE):
        if record["id"] == run_id:
            return PlannedRun(RunConfig.from_dict(config_facts(record)), pairs="pair" in record)
    raise ValueError(f"no run {run_id} in the plan or in the shipped files. List ids with: python -m sweep.plan")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m sweep.run", description=__doc__)
    parser.add_argument("--plan", type=Path, help="JSON lines of run configurations (default: the built-in plan)")
    parser.add_argument("--out", type=Path, default=DATASETS / "runs", help="folder of one file per finished run")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes of one thread each")
    parser.add_argument("--only", metavar="RUN_ID", help="remake this run and print its record")
    parser.add_argument("--shard", type=shard, default=(0, 1), metavar="I/N",
                        help="only every Nth run from the Ith (0-based) on: one shard a machine or session")
    options = parser.parse_args(arguments)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if options.only:
        return _print_one(options.only)
    runs = plan() if options.plan is None else read_plan(options.plan)
    first, shards = options.shard
    run_all(runs[first::shards], options.out, options.workers)
    return 0


def shard(text: str) -> tuple[int, int]:
    """`I/N` as numbers; an argparse error unless 0 <= I < N."""
    first, _, shards = text.partition("/")
    if not (first.isdigit() and shards.isdigit() and int(first) < int(shards)):
        raise argparse.ArgumentTypeError(f"a shard is I/N with 0 <= I < N, got {text}. Use 0/2 and 1/2 for two shards.")
    return int(first), int(shards)


def read_plan(path: Path) -> list[PlannedRun]:
    """Planned runs from JSON lines as `python -m sweep.plan` prints them."""
    facts = [json.loads(line) for line in path.read_text().splitlines() if line]
    return [PlannedRun(RunConfig.from_dict(fact), fact.get("pairs", False)) for fact in facts]


def _print_one(run_id: str) -> int:
    import torch

    from .pairs import run_base

    torch.set_num_threads(1)
    try:
        run = planned_run(run_id)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    for record in run_base(run.config, run.pairs):
        print(json.dumps(record, allow_nan=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
