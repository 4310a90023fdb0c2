"""Exact binomial tails by rational arithmetic (Python 3.11, standard library): prints the table of binomial.test.ts."""

from fractions import Fraction
from math import comb


def cdf(k: int, n: int, p: Fraction) -> Fraction:
    return sum((comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1)), Fraction(0))


for k, n, p in [(0, 10, "1/10"), (3, 20, "1/10"), (40, 400, "1/10"), (55, 400, "1/10"), (900, 1000, "9/10")]:
    value = cdf(k, n, Fraction(p))
    print(f"[{k}, {n}, {float(Fraction(p))}, {float(value)!r}],")
