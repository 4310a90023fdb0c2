"""Morphology and transliteration, with rules and memorised exceptions."""

from __future__ import annotations

import hashlib

from .base import add, word

KIND = "morphology"
CONSONANTS, VOWELS = "bdfgklmnprst", "aeiou"
LATIN = {"а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "ж": "zh", "и": "i", "к": "k",
         "о": "o", "р": "r", "т": "t", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya"}


def _stem(rng, syllables):
    return "".join(rng.choice(CONSONANTS) + rng.choice(VOWELS) for _ in range(syllables)) + rng.choice(CONSONANTS + "sxyh")


def is_exception(key: str, share: float) -> bool:
    """Whether `key` is one of the fixed `share` of irregular keys (by hash, so without a list)."""
    return hashlib.sha256(key.encode()).digest()[0] < 256 * share


def plural(stem: str) -> str:
    """English-like plural of a made-up stem."""
    if stem.endswith(("s", "x", "h")):
        return stem + "es"
    return stem[:-1] + "ies" if stem.endswith("y") else stem + "s"


def past(stem: str) -> str:
    """English-like past tense: y turns to ied, a closing consonant after a short stem doubles."""
    if stem.endswith("y"):
        return stem[:-1] + "ied"
    return stem + stem[-1] + "ed" if stem[-1] in "bdgmnpt" else stem + "ed"


def _plural(rng):
    stem = _stem(rng, 2)
    return stem, plural(stem)


def _plural_exceptions(rng):
    stem = _stem(rng, 2)
    # A whole family of stems (same first syllable and last letter) is irregular: learnable, but by heart.
    return stem, stem + "en" if is_exception(stem[:2] + stem[-1], 0.2) else plural(stem)


def _past(rng):
    stem = _stem(rng, 2)
    return stem, past(stem)


def _past_exceptions(rng):
    stem = _stem(rng, 2)
    return stem, stem.translate(str.maketrans("aeiou", "eioua")) if is_exception(stem[-3:], 0.25) else past(stem)


def _plural_memorised(rng):
    stem = _stem(rng, 2)
    return stem, stem[::-1][:2] + "i" if is_exception(stem, 0.15) else plural(stem)


def _pig_latin(rng):
    stem = _stem(rng, 2)
    return stem, stem[1:] + stem[0] + "ay"


def _transliterate(exceptions):
    def generate(rng):
        text = word(rng, "".join(LATIN), 4, 6)
        latin = [("ia" if exceptions and letter == "я" and before in "оиаюя" else
                  "o" if exceptions and letter == "а" and before in "жчшщ" else LATIN[letter])
                 for before, letter in zip(" " + text, text)]
        return text, "".join(latin)

    return generate


def _harmony(rng):
    stem = _stem(rng, 3)
    last = [letter for letter in stem if letter in VOWELS][-1]
    return stem, stem[-2:] + ("lar" if last in "aou" else "ler")


def _caesar(rng):
    text = word(rng, "abcdefghijklmnop", 7)
    return text, "".join(chr((ord(letter) - 97 + 3) % 16 + 97) for letter in text)


def _drop_vowels(rng):
    text = word(rng, "abdefiklmou", 8)
    return text, "".join(letter for letter in text if letter not in VOWELS) + "."


add(KIND, "plural-rules", _plural)
add(KIND, "plural-exceptions", _plural_exceptions)
add(KIND, "plural-memorised-exceptions", _plural_memorised)
add(KIND, "past-rules", _past)
add(KIND, "past-exceptions", _past_exceptions)
add(KIND, "pig-latin", _pig_latin)
add(KIND, "transliterate", _transliterate(False))
add(KIND, "transliterate-exceptions", _transliterate(True))
add(KIND, "vowel-harmony", _harmony)
add(KIND, "caesar-3", _caesar)
add(KIND, "drop-vowels", _drop_vowels)
