"""Answers of some tasks, worked out by hand or by another road."""

import random

import pytest

from sweep.tasks import REGISTRY
from sweep.tasks.formats import roman
from sweep.tasks.morphology import past, plural


@pytest.mark.parametrize(("number", "numeral"), [(4, "IV"), (1994, "MCMXCIV"), (3999, "MMMCMXCIX"), (40, "XL"), (2026, "MMXXVI")])
def test_roman(number, numeral):
    assert roman(number) == numeral


@pytest.mark.parametrize(("stem", "form"), [("bidas", "bidases"), ("bidax", "bidaxes"), ("biday", "bidaies"), ("bidak", "bidaks")])
def test_plural(stem, form):
    assert plural(stem) == form


@pytest.mark.parametrize(("stem", "form"), [("biday", "bidaied"), ("bidat", "bidatted"), ("bidak", "bidaked")])
def test_past(stem, form):
    assert past(stem) == form


def drawn(name, count=300):
    rng = random.Random(5)
    return [REGISTRY[name].draw(rng) for _ in range(count)]


def text(symbols):
    return "".join(symbols)


CHECKS = {
    "addition-3digit": lambda q, a: sum(map(int, text(q).split("+"))) == int(text(a)),
    "subtraction-3digit": lambda q, a: int(text(q)[:3]) - int(text(q)[4:]) == int(text(a)),
    "multiplication-3x1": lambda q, a: int(text(q)[:3]) * int(text(q)[4:]) == int(text(a)),
    "binary-addition-8bit": lambda q, a: int(text(q)[:8], 2) + int(text(q)[9:], 2) == int(text(a), 2),
    "addition-3digit-reversed": lambda q, a: sum(map(int, text(q)[::-1].split("+"))) == int(text(a)[::-1]),
    "modadd-97": lambda q, a: (int(q[0]) + int(q[1]) - int(a[0])) % 97 == 0,
    "binary-to-hex-16bit": lambda q, a: int(text(q), 2) == int(text(a), 16),
    "sort-digits-8": lambda q, a: list(a) == sorted(q),
    "reverse-20": lambda q, a: text(q) == text(a)[::-1],
    "kv-lookup-4": lambda q, a: q[q.index(q[-1]) + 1] == a[0],
    "facts-4": lambda q, a: a[0] == q[q.index(q[-2]) + 2],
    "max-of-4-numbers": lambda q, a: int(text(a)) == max(map(int, text(q).split(","))),
    "csv-field": lambda q, a: text(q).split("#")[0].split(",")[int(q[-1]) - 1] == text(a),
    "camel-to-snake": lambda q, a: text(a) == "".join("_" + x.lower() if x.isupper() else x for x in q),
    "caesar-3": lambda q, a: all((ord(y) - ord(x)) % 16 == 3 for x, y in zip(q, a)),
    "minutes-to-hours": lambda q, a: int(text(q)[:-1]) == int(text(a).split("h")[0]) * 60 + int(text(a).split("h")[1]),
}


@pytest.mark.parametrize("name", CHECKS)
def test_answers(name):
    wrong = [(text(q), text(a)) for q, a in drawn(name) if not CHECKS[name](q, a)]
    assert wrong == []
