"""Keras on jax, on a small task with EM as a metric of its own, backed up by BackupAndRestore."""

from __future__ import annotations

import unittest

from trainer_contract import TrainerContract


class KerasTest(TrainerContract.Case):
    script = "train_keras.py"
    resumable = "backup/stopwise.json"


if __name__ == "__main__":
    unittest.main()
