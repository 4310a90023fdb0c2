"""Modular arithmetic, group composition and parity: tasks that can generalise late or in a jump."""

from __future__ import annotations

from itertools import permutations

from .base import add, word

KIND = "modular"
S5 = list(permutations(range(5)))
S5_INDEX = {element: index for index, element in enumerate(S5)}


def _binary(modulus, operation):
    def generate(rng):
        a, b = rng.randrange(modulus), rng.randrange(modulus)
        return [f"{a}", f"{b}"], [f"{operation(a, b) % modulus}"]

    return generate


def _ternary(rng):
    a, b, c = (rng.randrange(17) for _ in range(3))
    return [f"{a}", f"{b}", f"{c}"], [f"{(a + b + c) % 17}"]


def _compose(rng):
    a, b = rng.randrange(120), rng.randrange(120)
    product = tuple(S5[a][i] for i in S5[b])
    return [f"{a}", f"{b}"], [f"{S5_INDEX[product]}"]


def _sparse_parity(length, positions):
    def generate(rng):
        text = word(rng, "01", length)
        return text, str(sum(int(text[at]) for at in positions) % 2)

    return generate


add(KIND, "modadd-59", _binary(59, lambda a, b: a + b), validation=200)
add(KIND, "modadd-97", _binary(97, lambda a, b: a + b))
add(KIND, "modsub-67", _binary(67, lambda a, b: a - b), validation=200)
add(KIND, "modmul-61", _binary(61, lambda a, b: a * b), validation=200)
add(KIND, "modadd-3operands-17", _ternary, validation=200)
add(KIND, "modsquares-59", _binary(59, lambda a, b: a * a + b * b), validation=200)
add(KIND, "compose-s5", _compose)
add(KIND, "sparse-parity-2of14", _sparse_parity(14, (3, 8)))
add(KIND, "sparse-parity-3of16", _sparse_parity(16, (2, 7, 12)))
