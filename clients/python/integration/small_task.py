"""A small real task: say the digits of a number backwards. Data made by code, models of random weights."""

from __future__ import annotations

import random
from typing import Any

PAD, END, FIRST = 0, 1, 2
LENGTH = 4
TRAIN, HELD = 3000, 500
STEPS, EVERY, BATCH = 960, 24, 32
RATE = 5e-3


def numbers(how_many: int, seed: int) -> dict[str, list[list[int]]]:
    """`how_many` numbers as token lists, and their digits in reverse."""
    chance = random.Random(seed)
    digits = [[chance.randrange(10) + FIRST for _ in range(LENGTH)] for _ in range(how_many)]
    return {
        "input_ids": [[*one, END] for one in digits],
        "attention_mask": [[1] * (LENGTH + 1) for _ in digits],
        "labels": [[*reversed(one), END] for one in digits],
    }


def small_t5() -> Any:
    """A T5 of random weights, about 21,000 parameters."""
    from transformers import T5Config, T5ForConditionalGeneration

    config = T5Config(
        vocab_size=16,
        d_model=32,
        d_kv=16,
        d_ff=64,
        num_layers=1,
        num_heads=2,
        dropout_rate=0.0,
        decoder_start_token_id=PAD,
        pad_token_id=PAD,
        eos_token_id=END,
    )
    return T5ForConditionalGeneration(config)


def exact_match(prediction: Any) -> dict[str, float]:
    """EM: every token of the answer right, each seen after the right ones before it."""
    logits = prediction.predictions[0] if isinstance(prediction.predictions, tuple) else prediction.predictions
    right = (logits.argmax(-1) == prediction.label_ids).all(-1)
    return {"exact_match": float(right.mean())}
