"""Arithmetic on decimal and binary numbers, most significant digit first."""

from __future__ import annotations

from .base import add, word, DIGITS

KIND = "arithmetic"


def _addition(digits):
    def generate(rng):
        a, b = rng.randrange(10**digits), rng.randrange(10**digits)
        return f"{a:0{digits}d}+{b:0{digits}d}", f"{a + b:0{digits + 1}d}"

    return generate


def _subtraction(digits):
    def generate(rng):
        a, b = rng.randrange(10**digits), rng.randrange(10**digits)
        return f"{a:0{digits}d}-{b:0{digits}d}", f"{abs(a - b):0{digits}d}" if a >= b else f"-{b - a:0{digits}d}"

    return generate


def _multiplication(rng):
    a, b = rng.randrange(1000), rng.randrange(10)
    return f"{a:03d}*{b}", f"{a * b:04d}"


def _carryless(rng):
    a, b = word(rng, DIGITS, 4), word(rng, DIGITS, 4)
    return f"{a}+{b}", "".join(str((int(x) + int(y)) % 10) for x, y in zip(a, b))


def _increment(rng):
    a = rng.randrange(99_999)
    return f"{a:05d}+1", f"{a + 1:05d}"


def _double(rng):
    a = rng.randrange(100_000)
    return f"2*{a:05d}", f"{2 * a:06d}"


def _nines_complement(rng):
    a = word(rng, DIGITS, 8)
    return a, "".join(str(9 - int(x)) for x in a)


def _binary_addition(rng):
    a, b = rng.randrange(256), rng.randrange(256)
    return f"{a:08b}+{b:08b}", f"{a + b:09b}"


def _compare(rng):
    a, b = rng.randrange(1000), rng.randrange(1000)
    return f"{a:03d}?{b:03d}", "<" if a < b else ">" if a > b else "="


def _reversed_addition(rng):
    a, b = rng.randrange(1000), rng.randrange(1000)
    return f"{a:03d}+{b:03d}"[::-1], f"{a + b:04d}"[::-1]


for _digits in (2, 3, 5):
    add(KIND, f"addition-{_digits}digit", _addition(_digits))
for _digits in (2, 3):
    add(KIND, f"subtraction-{_digits}digit", _subtraction(_digits))
add(KIND, "multiplication-3x1", _multiplication)
add(KIND, "addition-carryless-4", _carryless)
add(KIND, "increment-5digit", _increment)
add(KIND, "double-5digit", _double)
add(KIND, "nines-complement-8", _nines_complement)
add(KIND, "binary-addition-8bit", _binary_addition)
add(KIND, "compare-3digit", _compare)
add(KIND, "addition-3digit-reversed", _reversed_addition)
