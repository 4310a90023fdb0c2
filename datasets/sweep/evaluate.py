"""Exact match and loss in one forward pass.

For a left-to-right model, greedy decoding gives exactly the reference answer if and only if every
answer token (the end token included) is the arg max given the reference answer before it: the first
token that differs would differ in both. So teacher forcing on the reference answers evaluates a set
without decoding; tests/test_exact_match.py proves it on trained models.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn.functional import cross_entropy

from .encoding import IGNORED, Encoded
from .models import logits

CHUNK = 500


@dataclass(frozen=True)
class Score:
    """`exact_match` is a share of questions in [0, 1]; `loss` the mean cross-entropy in nats of an answer token."""

    exact_match: float
    loss: float


def loss_of(model, batch: Encoded) -> torch.Tensor:
    """Mean cross-entropy in nats over the answer tokens of a batch."""
    return cross_entropy(logits(model, batch).flatten(0, 1), batch.labels.flatten(), ignore_index=IGNORED)


@torch.inference_mode()
def score(model, examples: Encoded) -> Score:
    """Exact match and loss of `examples`, with dropout off."""
    model.eval()
    right, total, answer_tokens = 0, 0.0, 0
    for start in range(0, len(examples), CHUNK):
        batch = examples.rows(slice(start, start + CHUNK))
        out = logits(model, batch)
        asked = batch.labels != IGNORED
        right += int(((out.argmax(-1) == batch.labels) | ~asked).all(1).sum())
        total += float(cross_entropy(out.flatten(0, 1), batch.labels.flatten(), ignore_index=IGNORED, reduction="sum"))
        answer_tokens += int(asked.sum())
    model.train()
    return Score(right / len(examples), total / answer_tokens)
