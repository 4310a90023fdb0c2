"""Noisy classification: short answers, and label noise that no model can learn away."""

from __future__ import annotations

import random

from .base import add, word

KIND = "classification"
CLASSES = "ABCD"


def _linear(length):
    weights = random.Random(length).choices([-3, -2, -1, 1, 2, 3], k=length)

    def generate(rng):
        text = word(rng, "01", length)
        return text, "+" if sum(w for w, bit in zip(weights, text) if bit == "1") > 0 else "-"

    return generate


def _prototype(length, flips):
    prototypes = [word(random.Random(index), "abcdef", length) for index in range(len(CLASSES))]

    def generate(rng):
        label = rng.randrange(len(CLASSES))
        text = list(prototypes[label])
        for position in rng.sample(range(length), flips):
            text[position] = rng.choice("abcdef")
        return text, CLASSES[label]

    return generate


def _sentiment(rng):
    words = [f"{rng.choice('pqn')}{rng.randrange(8)}" for _ in range(6)]
    score = sum({"p": 1, "n": -1, "q": 0}[token[0]] for token in words)
    score = -score if "q0" in words else score
    return words, "pos" if score > 0 else "neg" if score < 0 else "nil"


def _xor(rng):
    text = word(rng, "01", 14)
    return text, str(int(text[2]) ^ int(text[9]))


add(KIND, "linear-threshold-16", _linear(16))
add(KIND, "linear-threshold-noise10", _linear(14), noise=0.1)
add(KIND, "prototype-noise15", _prototype(10, 4), noise=0.15)
add(KIND, "prototype-noise30", _prototype(10, 5), noise=0.3)
add(KIND, "sentiment-negation", _sentiment)
add(KIND, "sentiment-noise20", _sentiment, noise=0.2)
add(KIND, "xor-noise5", _xor, noise=0.05)
add(KIND, "coin-flip", lambda rng: (word(rng, "abcdef", 8), rng.choice("01")))
