"""
Trains the small task with the Transformers Trainer and prints what came of it as one line of JSON.

    python train_transformers.py --out DIR --mode off|shadow|auto|stop [--store DIR] [--resume] [--steps N]
"""

from __future__ import annotations

import argparse
import json
import os
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import torch
from datasets import Dataset
from small_task import BATCH, EVERY, HELD, RATE, STEPS, TRAIN, exact_match, numbers, small_t5
from transformers import Trainer, TrainingArguments, set_seed
from transformers.trainer_utils import get_last_checkpoint

from stopwise.transformers import StopwiseCallback


def collate(items: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
    return {name: torch.tensor([item[name] for item in items]) for name in ("input_ids", "attention_mask", "labels")}


def arguments_of(out: str, steps: int) -> TrainingArguments:
    return TrainingArguments(
        output_dir=out,
        max_steps=steps,
        per_device_train_batch_size=BATCH,
        per_device_eval_batch_size=HELD,
        learning_rate=RATE,
        lr_scheduler_type="constant",
        eval_strategy="steps",
        eval_steps=EVERY,
        save_strategy="steps",
        save_steps=EVERY,
        save_total_limit=2,
        logging_steps=EVERY,
        metric_for_best_model="exact_match",
        greater_is_better=True,
        load_best_model_at_end=True,
        include_num_input_tokens_seen="all",
        use_cpu=True,
        report_to=[],
        disable_tqdm=True,
        seed=0,
    )


def curve(history: list[dict[str, Any]]) -> list[list[float]]:
    return [[entry["step"], entry["eval_exact_match"], entry["eval_loss"]] for entry in history if "eval_loss" in entry]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--mode", default="auto")
    parser.add_argument("--store")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--steps", type=int, default=STEPS)
    flags = parser.parse_args()
    torch.set_num_threads(1)
    set_seed(0)
    callback = (
        StopwiseCallback(max_em_loss="1pt", mode=flags.mode, store=flags.store, audit_share=0)
        if flags.mode != "off"
        else None
    )
    trainer = Trainer(
        model=small_t5(),
        args=arguments_of(flags.out, flags.steps),
        train_dataset=Dataset.from_dict(numbers(TRAIN, 1)),
        eval_dataset=Dataset.from_dict(numbers(HELD, 2)),
        data_collator=collate,
        compute_metrics=exact_match,
        callbacks=[] if callback is None else [callback],
    )
    kept = {}
    if callback is not None:
        # What the advice said is gone with the end of the run: the test replays it.
        ended = callback.on_train_end

        def note(*words: Any, **named: Any) -> None:
            live = callback._training._live
            if live is not None and live.advice is not None:
                kept.update(policy=live.advice.policy, status=live.advice.status, mode=live.advice.mode)
                kept["wouldStopAt"] = live.last.would_stop_at if live.last else None
            ended(*words, **named)

        callback.on_train_end = note
    trainer.train(resume_from_checkpoint=get_last_checkpoint(flags.out) if flags.resume else None)
    trainer.state.save_to_json(os.path.join(flags.out, "trainer_state.json"))
    told = {
        "step": trainer.state.global_step,
        "tokens": trainer.state.num_input_tokens_seen,
        "best": trainer.state.best_metric,
        "curve": curve(trainer.state.log_history),
        **kept,
    }
    if "RANK" in os.environ:
        print(f"rank {os.environ['RANK']} step {trainer.state.global_step}", flush=True)
    else:
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
