"""
Trains the small task with Lightning and prints what came of it as one line of JSON.

    python train_lightning.py --out DIR --mode off|shadow|auto --store DIR [--resume] [--package lightning.pytorch]
"""

from __future__ import annotations

import argparse
import json
import os
from importlib import import_module
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import torch
from small_task import HELD, RATE, numbers, small_t5

# 40 evaluations, as the runs that the shipped knowledge has seen.
EPOCHS, PER_EPOCH = 10, 4
TRAIN, BATCH = 6400, 64


class Numbers(torch.utils.data.Dataset):
    def __init__(self, how_many: int, seed: int) -> None:
        told = numbers(how_many, seed)
        self.source, self.target = torch.tensor(told["input_ids"]), torch.tensor(told["labels"])

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, index: int) -> Any:
        return self.source[index], self.target[index]


def module_class(pl: Any) -> Any:
    class Reverser(pl.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.model = small_t5()
            self.curve: list[list[float]] = []

        def training_step(self, batch: Any, _: int) -> Any:
            return self.model(input_ids=batch[0], labels=batch[1]).loss

        def validation_step(self, batch: Any, _: int) -> None:
            told = self.model(input_ids=batch[0], labels=batch[1])
            right = (told.logits.argmax(-1) == batch[1]).all(-1).float().mean()
            self.log("val_em", right)
            self.log("val_loss", told.loss)

        def on_validation_epoch_end(self) -> None:
            if not self.trainer.sanity_checking:
                metrics = self.trainer.callback_metrics
                self.curve.append([self.trainer.global_step, float(metrics["val_em"]), float(metrics["val_loss"])])

        def configure_optimizers(self) -> Any:
            return torch.optim.AdamW(self.parameters(), lr=RATE, weight_decay=0.0)

        def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
            checkpoint["curve"] = self.curve

        def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
            self.curve = checkpoint["curve"]

    return Reverser()


def loaders(pl: Any) -> tuple[Any, Any]:
    # An order of its own for each epoch, the same again after a resume.
    class Shuffled(torch.utils.data.Sampler):
        def __init__(self) -> None:
            self.epoch = 0

        def set_epoch(self, epoch: int) -> None:
            self.epoch = epoch

        def __len__(self) -> int:
            return TRAIN

        def __iter__(self) -> Any:
            return iter(torch.randperm(TRAIN, generator=torch.Generator().manual_seed(self.epoch)).tolist())

    train = torch.utils.data.DataLoader(Numbers(TRAIN, 1), batch_size=BATCH, sampler=Shuffled())
    return train, torch.utils.data.DataLoader(Numbers(HELD, 2), batch_size=HELD)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--mode", default="auto")
    parser.add_argument("--store")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--package", default="lightning.pytorch")
    flags = parser.parse_args()
    torch.set_num_threads(1)
    pl = import_module(flags.package)
    from stopwise.lightning import StopwiseCallback

    pl.seed_everything(0, verbose=False)
    best = pl.callbacks.ModelCheckpoint(flags.out, monitor="val_em", mode="max", save_last=True)
    callbacks: list[Any] = [best]
    callback = None
    if flags.mode != "off":
        callback = StopwiseCallback(
            monitor="val_em",
            max_em_loss="1pt",
            mode=flags.mode,
            store=flags.store,
            audit_share=0,
            answer_length=5,
            regime="from-scratch",
        )
        callbacks.append(callback)
    trainer = pl.Trainer(
        max_epochs=EPOCHS,
        accelerator="cpu",
        devices=1,
        val_check_interval=1 / PER_EPOCH,
        callbacks=callbacks,
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=1,
    )
    module = module_class(pl)
    last = Path(flags.out, "last.ckpt")
    kept: dict[str, Any] = {}
    if callback is not None:
        finish = callback._training.finish

        def note(*words: Any) -> None:
            live = callback._training._live
            if live is not None and live.advice is not None:
                kept.update(policy=live.advice.policy, status=live.advice.status)
                kept["wouldStopAt"] = live.last.would_stop_at if live.last else None
            finish(*words)

        callback._training.finish = note
    trainer.fit(module, *loaders(pl), ckpt_path=str(last) if flags.resume else None)
    scores = [score for _, score, _ in module.curve]
    told = {"step": trainer.global_step, "best": max(scores), "curve": module.curve, "tokens": None, **kept}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
