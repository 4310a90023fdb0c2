"""Questions and answers as padded token tensors."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .data import Splits
from .tasks import Example

PAD, START, END = 0, 1, 2
IGNORED = -100


@dataclass(frozen=True)
class Encoded:
    """A set of examples as tensors.

    Attributes:
        inputs: decoder-only: question, START, answer, padded at the right [n, length];
            encoder-decoder: question [n, questionLength].
        decoder_inputs: encoder-decoder: START, answer [n, answerLength + 1]; else None.
        labels: next token at the answer's places, END included; IGNORED elsewhere.
        tokens: tokens of each example, padding excluded [n].
    """

    inputs: torch.Tensor
    decoder_inputs: torch.Tensor | None
    labels: torch.Tensor
    tokens: torch.Tensor

    def rows(self, index) -> "Encoded":
        decoder = None if self.decoder_inputs is None else self.decoder_inputs[index]
        return Encoded(self.inputs[index], decoder, self.labels[index], self.tokens[index])

    def to(self, device) -> "Encoded":
        decoder = None if self.decoder_inputs is None else self.decoder_inputs.to(device)
        return Encoded(self.inputs.to(device), decoder, self.labels.to(device), self.tokens)

    def __len__(self) -> int:
        return len(self.inputs)


def vocabulary(splits: Splits) -> dict[str, int]:
    """Token number of every symbol that occurs in the task, special tokens first."""
    examples = splits.train + splits.validation + splits.test
    symbols = {symbol for question, answer in examples for symbol in (*question, *answer)}
    return {symbol: number for number, symbol in enumerate(sorted(symbols), start=3)}


def _padded(rows: list[list[int]], fill: int) -> torch.Tensor:
    length = max(map(len, rows))
    return torch.tensor([row + [fill] * (length - len(row)) for row in rows])


def encode(examples: list[Example], numbers: dict[str, int], encoder_decoder: bool) -> Encoded:
    """Encodes examples; the loss of a decoder-only model sees answer tokens only."""
    questions = [[numbers[symbol] for symbol in question] for question, _ in examples]
    answers = [[numbers[symbol] for symbol in answer] for _, answer in examples]
    targets = [answer + [END] for answer in answers]
    tokens = torch.tensor([len(q) + 1 + len(a) + 1 for q, a in zip(questions, answers)])
    if encoder_decoder:
        starts = [[START] + answer for answer in answers]
        return Encoded(_padded(questions, PAD), _padded(starts, PAD), _padded(targets, IGNORED), tokens)
    inputs = [q + [START] + a for q, a in zip(questions, answers)]
    labels = [[IGNORED] * len(q) + t for q, t in zip(questions, targets)]
    return Encoded(_padded(inputs, PAD), None, _padded(labels, IGNORED), tokens)
