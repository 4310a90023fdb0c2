"""TRL's SFTTrainer, judged on its own token accuracy."""

from __future__ import annotations

import unittest

from trainer_contract import TrainerContract


class SftTrainerTest(TrainerContract.Case):
    script = "train_trl.py"
    resumable = "checkpoint-*/trainer_state.json"


if __name__ == "__main__":
    unittest.main()
