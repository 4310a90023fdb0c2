"""Sorting, reversing, copying and rearranging."""

from __future__ import annotations

from .base import add, word, DIGITS

KIND = "sequences"
FEW = "abcdefgh"


def _mapped(alphabet, length, change):
    def generate(rng):
        text = word(rng, alphabet, length)
        return text, change(text)

    return generate


def _sorted(text):
    return "".join(sorted(text))


def _deduplicated(text):
    return "".join(dict.fromkeys(text))


def _interleaved(text):
    half = len(text) // 2
    return "".join(x + y for x, y in zip(text[:half], text[half:]))


for _length in (5, 10, 20):
    add(KIND, f"reverse-{_length}", _mapped(FEW, _length, lambda text: text[::-1]))
for _length in (8, 16):
    add(KIND, f"copy-{_length}", _mapped(FEW, _length, lambda text: text))
for _length in (5, 8):
    add(KIND, f"sort-digits-{_length}", _mapped(DIGITS, _length, _sorted))
add(KIND, "sort-letters-6", _mapped(FEW, 6, _sorted))
add(KIND, "sort-descending-6", _mapped(DIGITS, 6, lambda text: _sorted(text)[::-1]))
add(KIND, "rotate-8", _mapped(FEW, 8, lambda text: text[3:] + text[:3]))
add(KIND, "deduplicate-8", _mapped(FEW, 8, _deduplicated))
add(KIND, "interleave-8", _mapped(FEW, 8, _interleaved))
add(KIND, "every-second-12", _mapped(FEW, 12, lambda text: text[::2]))
