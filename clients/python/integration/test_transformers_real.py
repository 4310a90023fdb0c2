"""The Transformers Trainer on a small task with EM by compute_metrics."""

from __future__ import annotations

import subprocess
import sys
import unittest

from real_case import HERE, environment
from trainer_contract import TrainerContract


class TransformersTrainerTest(TrainerContract.Case):
    script = "train_transformers.py"
    resumable = "checkpoint-*/trainer_state.json"

    def test_two_ranks_stop_together(self) -> None:
        words = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port", "29517"]
        script = self.words("ranks", "auto")[1:]
        done = subprocess.run(
            [*words, *script], capture_output=True, text=True, env=environment(), timeout=500, check=False, cwd=HERE
        )
        self.assertEqual(done.returncode, 0, done.stderr[-3000:])
        steps = [line for line in done.stdout.splitlines() if line.startswith("rank ")]
        print("; ".join(sorted(steps)))
        self.assertEqual(len(steps), 2, done.stdout)
        self.assertEqual(len({line.split(" step ")[1] for line in steps}), 1, steps)
        self.assertLess(int(steps[0].split(" step ")[1]), self.full["step"])


if __name__ == "__main__":
    unittest.main()
