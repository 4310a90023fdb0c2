"""Lightning on a small task with EM as a logged metric, under both of its names."""

from __future__ import annotations

import unittest

from trainer_contract import TrainerContract


class LightningTest(TrainerContract.Case):
    script = "train_lightning.py"
    resumable = "last.ckpt"

    def test_the_older_package_takes_the_same_callback(self) -> None:
        older = self.train("older", "auto", "--package", "pytorch_lightning")
        self.assertEqual(older["curve"], self.stopped["curve"])


if __name__ == "__main__":
    unittest.main()
