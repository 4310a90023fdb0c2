"""Counting and maximum."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from .base import add, word, DIGITS

KIND = "counting"


def _mapped(alphabet, length, answer):
    def generate(rng):
        text = word(rng, alphabet, length)
        return text, answer(text)

    return generate


def _count_letter(rng):
    text, letter = word(rng, "abc", 10), rng.choice("abc")
    return f"{text}?{letter}", f"{text.count(letter):02d}"


def _most_common(text):
    return min(Counter(text).items(), key=lambda item: (-item[1], item[0]))[0]


def _largest_number(rng):
    numbers = [f"{rng.randrange(100):02d}" for _ in range(4)]
    return ",".join(numbers), max(numbers)


add(KIND, "count-letter-10", _count_letter)
add(KIND, "count-ones-14", _mapped("01", 14, lambda text: f"{text.count('1'):02d}"))
add(KIND, "count-distinct-7", _mapped("abcdef", 7, lambda text: str(len(set(text)))))
add(KIND, "max-digit-5", _mapped(DIGITS, 5, max))
add(KIND, "second-max-digit-5", _mapped(DIGITS, 5, lambda text: sorted(text)[-2]))
add(KIND, "max-of-4-numbers", _largest_number)
add(KIND, "most-common-7", _mapped("abcd", 7, _most_common))
add(KIND, "longest-run-14", _mapped("ab", 14, lambda text: f"{max(len(list(run)) for _, run in groupby(text)):02d}"))
add(KIND, "digit-sum-5", _mapped(DIGITS, 5, lambda text: f"{sum(map(int, text)):02d}"))
add(KIND, "parity-13", _mapped("01", 13, lambda text: str(text.count("1") % 2)))
add(KIND, "argmax-position-6", _mapped(DIGITS, 6, lambda text: str(text.index(max(text)))))
