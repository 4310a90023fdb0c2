"""
What the client costs: the import, and one evaluation with a callback, against the real `stopwise live`.

    python clients/python/bench/overhead.py

Run it with the interpreter in which stopwise is installed, or with PYTHONPATH=clients/python/src.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time

import stopwise

RUNS, EVALUATIONS = 15, 400


def import_milliseconds(clock: str) -> list[float]:
    """What `import stopwise` and its `run` take in fresh interpreters, beyond the start of Python."""
    code = f"import time; t = time.{clock}(); import stopwise; stopwise.run; print(1000 * (time.{clock}() - t))"
    words = [sys.executable, "-c", code]
    return [float(subprocess.run(words, capture_output=True, text=True, check=True).stdout) for _ in range(RUNS)]


def evaluation_milliseconds() -> tuple[float, list[float]]:
    """The start of a live run, and each evaluation of one."""
    with tempfile.TemporaryDirectory() as store:
        started = time.perf_counter()
        facts = {"dataset_size": 3000, "family": "t5", "params": 21_000, "max_steps": 960, "evals": EVALUATIONS}
        with stopwise.run(store=store, mode="shadow", metric="exact_match", eval_size=500, **facts) as run:
            start = 1000 * (time.perf_counter() - started)
            taken = []
            for number in range(1, EVALUATIONS + 1):
                began = time.perf_counter()
                decision = run.checkpoint(number * 2.4, 1 - 0.99**number, 0.99**number, tokens=number * 400)
                taken.append(1000 * (time.perf_counter() - began))
                assert decision.reached
    return start, taken


def main() -> None:
    imports, processor = import_milliseconds("perf_counter"), import_milliseconds("process_time")
    start, taken = evaluation_milliseconds()
    ordered = sorted(taken)
    told = {
        "importMilliseconds": {"median": statistics.median(imports), "max": max(imports), "n": RUNS},
        # On a busy machine the processor's time tells more than the clock on the wall.
        "importProcessorMilliseconds": {"median": statistics.median(processor), "max": max(processor), "n": RUNS},
        "startMilliseconds": start,
        "evaluationMilliseconds": {
            "median": statistics.median(taken),
            "p99": ordered[int(0.99 * len(ordered))],
            "max": ordered[-1],
            "n": EVALUATIONS,
        },
    }
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
