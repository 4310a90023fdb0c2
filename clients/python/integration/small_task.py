"""A small real task: say the digits of a number backwards. Data made by code, a T5 of random weights."""

from __future__ import annotations

import random
from typing import Any

import torch
from transformers import T5Config, T5ForConditionalGeneration

PAD, END, FIRST = 0, 1, 2
LENGTH = 4


class Backwards(torch.utils.data.Dataset):
    """`how_many` numbers of four digits with their digits in reverse."""

    def __init__(self, how_many: int, seed: int) -> None:
        chance = random.Random(seed)
        self.items = []
        for _ in range(how_many):
            digits = [chance.randrange(10) + FIRST for _ in range(LENGTH)]
            self.items.append(([*digits, END], [*reversed(digits), END]))

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> dict[str, Any]:
        source, target = self.items[index]
        return {"input_ids": source, "attention_mask": [1] * len(source), "labels": target}


def small_t5(seed: int = 0) -> Any:
    torch.manual_seed(seed)
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
    """EM under teacher forcing: every token of the answer right."""
    logits = prediction.predictions[0] if isinstance(prediction.predictions, tuple) else prediction.predictions
    right = (logits.argmax(-1) == prediction.label_ids).all(-1)
    return {"exact_match": float(right.mean())}
