"""
Fine-tunes a small GPT-2 with TRL's SFTTrainer and prints what came of it as one line of JSON.

    python train_trl.py --out DIR --mode off|shadow|auto --store DIR [--resume]
"""

from __future__ import annotations

import argparse
import json
import os
import random
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"

import torch
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast, set_seed
from transformers.trainer_utils import get_last_checkpoint
from trl import SFTConfig, SFTTrainer

from stopwise.transformers import StopwiseCallback

STEPS, EVERY, BATCH, RATE = 480, 12, 32, 5e-3
TRAIN, HELD, LENGTH = 3000, 200, 4


def tokenizer() -> Any:
    words = ["<pad>", "<end>", *"0123456789", ">"]
    built = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="<pad>"))
    built.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=built, pad_token="<pad>", eos_token="<end>")


def texts(how_many: int, seed: int) -> Any:
    """The digits, and the digits from the smallest to the largest: prompt and completion."""
    chance = random.Random(seed)
    rows = [[str(chance.randrange(10)) for _ in range(LENGTH)] for _ in range(how_many)]
    told = [{"prompt": " ".join([*row, ">"]), "completion": " " + " ".join(sorted(row))} for row in rows]
    return Dataset.from_list(told)


def small_gpt2() -> Any:
    config = GPT2Config(
        vocab_size=13,
        n_positions=32,
        n_embd=32,
        n_layer=1,
        n_head=2,
        bos_token_id=1,
        eos_token_id=1,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
    )
    return GPT2LMHeadModel(config)


def settings(out: str) -> Any:
    return SFTConfig(
        output_dir=out,
        max_steps=STEPS,
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
        metric_for_best_model="mean_token_accuracy",
        greater_is_better=True,
        load_best_model_at_end=True,
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
        report_to=[],
        disable_tqdm=True,
        seed=0,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--mode", default="auto")
    parser.add_argument("--store")
    parser.add_argument("--resume", action="store_true")
    flags = parser.parse_args()
    torch.set_num_threads(1)
    set_seed(0)
    callback = None
    if flags.mode != "off":
        callback = StopwiseCallback(
            max_em_loss="1pt", mode=flags.mode, store=flags.store, audit_share=0, answer_length=LENGTH + 1
        )
    trainer = SFTTrainer(
        model=small_gpt2(),
        args=settings(flags.out),
        train_dataset=texts(TRAIN, 1),
        eval_dataset=texts(HELD, 2),
        processing_class=tokenizer(),
        callbacks=[] if callback is None else [callback],
    )
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
    trainer.train(resume_from_checkpoint=get_last_checkpoint(flags.out) if flags.resume else None)
    key = "eval_mean_token_accuracy"
    history = [entry for entry in trainer.state.log_history if key in entry]
    told = {
        "step": trainer.state.global_step,
        "tokens": history[-1].get("eval_num_tokens"),
        "best": max(entry[key] for entry in history),
        "curve": [[entry["step"], entry[key], entry["eval_loss"]] for entry in history],
        **kept,
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
