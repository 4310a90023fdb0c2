"""What the suites of real trainers share: trainings in processes of their own, killed and resumed."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any, Optional

from stopwise.node import command

HERE = Path(__file__).resolve().parent
_LONGEST = 540


def environment(**more: str) -> dict[str, str]:
    """One thread a process: two cost more than they bring on a busy machine."""
    quiet = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1", "KERAS_BACKEND": "jax"}
    return {**os.environ, **quiet, **more}


class RealCase(unittest.TestCase):
    """Trainings of one script, each told by the JSON line at its end."""

    script = ""
    folder: Path

    @classmethod
    def setUpClass(cls) -> None:
        place = tempfile.TemporaryDirectory(prefix="stopwise-trainers-")
        cls.addClassCleanup(place.cleanup)
        cls.folder = Path(place.name)

    @classmethod
    def words(cls, name: str, mode: str, *more: str) -> list[str]:
        out, store = str(cls.folder / name), str(cls.folder / f"{name}.store")
        return [sys.executable, str(HERE / cls.script), "--out", out, "--mode", mode, "--store", store, *more]

    @classmethod
    def train(cls, name: str, mode: str, *more: str) -> dict[str, Any]:
        """Trains to the end of the script; its log lines are kept under `lines`."""
        started = time.monotonic()
        done = subprocess.run(
            cls.words(name, mode, *more),
            capture_output=True,
            text=True,
            env=environment(),
            timeout=_LONGEST,
            check=False,
        )
        if done.returncode != 0:
            raise AssertionError(f"{cls.script} {name} ended with {done.returncode}:\n{done.stderr[-3000:]}")
        told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        told["lines"] = [line for line in done.stderr.splitlines() if line.startswith("stopwise: ")]
        print(f"{cls.script} {name}: step {told['step']}, {time.monotonic() - started:.0f} s", flush=True)
        return told

    @classmethod
    def train_and_kill(cls, name: str, mode: str, watched: str, how_many: tuple[int, int]) -> int:
        """
        Starts a training and kills it at a random moment: after a number of evaluations that the seed draws and
        a part of a second more. `watched` is a pattern of files or folders that grow with the training.
        """
        seed = int(os.environ.get("STOPWISE_SEED", str(time.time_ns() % 100_000)))
        chance = random.Random(seed)
        wanted, more = chance.randint(*how_many), chance.random() / 2
        process = subprocess.Popen(
            cls.words(name, mode), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment()
        )
        journal = cls.folder / f"{name}.store" / "live"
        deadline = time.monotonic() + _LONGEST
        while cls.evaluations(journal) < wanted or not list((cls.folder / name).glob(watched)):
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise AssertionError(f"{name} ended before it could be killed")
            time.sleep(0.02)
        time.sleep(more)
        process.kill()
        process.wait()
        print(f"{cls.script} {name}: killed after {cls.evaluations(journal)} evaluations (seed {seed})", flush=True)
        return cls.evaluations(journal)

    @staticmethod
    def evaluations(journal: Path) -> int:
        """Checkpoints in the journal of a live run that goes on."""
        lines = [line for file in journal.glob("*.journal.jsonl") for line in file.read_text().splitlines()]
        return sum('"type":"checkpoint"' in line for line in lines)

    def replayed_step(self, store: str, policy: dict[str, Any]) -> Optional[float]:
        """The step at which `stopwise replay` stops the one run of a store."""
        file = self.folder / f"{store}.runs.jsonl"
        place = ["--store", str(self.folder / f"{store}.store")]
        self.call("runs", *place)
        self.call("runs", "export", str(file), *place)
        run = json.loads(file.read_text().splitlines()[0])
        told = json.loads(self.call("replay", "--policy", json.dumps(policy), "--runs", str(file), "--json"))
        index = told["runs"][0]["stopIndex"]
        return None if index is None else float(run["points"][index]["step"])

    def call(self, *words: str) -> str:
        done = subprocess.run(
            command(*words), capture_output=True, text=True, timeout=120, cwd=self.folder, check=False
        )
        self.assertEqual(done.returncode, 0, f"stopwise {' '.join(words)}: {done.stderr}")
        return done.stdout

    def say_savings(self, full: dict[str, Any], stopped: dict[str, Any]) -> None:
        """The figures of a stopped run against the same run to its end."""
        tokens = f"{stopped['tokens']:,} of {full['tokens']:,} tokens" if full.get("tokens") else "tokens not counted"
        saved = 100 * (1 - stopped["step"] / full["step"])
        lost = 100 * (full["best"] - stopped["best"])
        print(
            f"{self.script}: stopped at step {stopped['step']} of {full['step']} ({tokens}): "
            f"{saved:.1f} % saved, {lost:.2f} points of the best score lost"
        )
