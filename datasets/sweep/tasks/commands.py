"""Compositional commands: phrases that expand to actions, string programs, nested functions."""

from __future__ import annotations

from .base import add, word

KIND = "commands"
ACTIONS = {"walk": "W", "run": "R", "jump": "J", "look": "L", "crawl": "C", "skip": "S"}
TURNS = {"left": "<", "right": ">"}
TIMES = {"once": 1, "twice": 2, "thrice": 3}


def _phrase(rng):
    verb, times = rng.choice(list(ACTIONS)), rng.choice(list(TIMES))
    turn = rng.choice([None, *TURNS])
    symbols = [verb, *([turn] if turn else []), times]
    return symbols, ((TURNS[turn] if turn else "") + ACTIONS[verb]) * TIMES[times]


def _navigate(phrases):
    def generate(rng):
        parts = [_phrase(rng) for _ in range(phrases)]
        question, actions = list(parts[0][0]), parts[0][1]
        for symbols, expansion in parts[1:]:
            link = rng.choice(["and", "after"])
            question += [link, *symbols]
            actions = actions + expansion if link == "and" else expansion + actions
        return question, actions

    return generate


PROGRAMS = {
    "rev": lambda text: text[::-1],
    "first": lambda text: text[:2],
    "last": lambda text: text[-2:],
    "twice": lambda text: text + text,
    "sort": lambda text: "".join(sorted(text)),
}


def _program(steps):
    def generate(rng):
        text = word(rng, "abcdef", 4)
        names = [rng.choice(list(PROGRAMS)) for _ in range(steps)]
        result = text
        for name in reversed(names):
            result = PROGRAMS[name](result)
        return [*names, *text], result[:8]

    return generate


TABLES = {"f": "2704518693", "g": "5918360472", "h": "1234567890", "k": "0864297531"}


def _nested(depth):
    def generate(rng):
        names, value = [rng.choice("fghk") for _ in range(depth)], rng.choice("0123456789")
        padding = word(rng, "xyz", 5)
        result = value
        for name in reversed(names):
            result = TABLES[name][int(result)]
        return "".join(names) + value + padding, result

    return generate


def _repeat(rng):
    parts = [(rng.choice("abcd"), rng.randint(1, 4)) for _ in range(5)]
    return "".join(f"{letter}{times}" for letter, times in parts), "".join(letter * times for letter, times in parts)


def _choose(rng):
    left, right, side = word(rng, "abcdef", 3), word(rng, "abcdef", 3), rng.choice(["left", "right", "both"])
    return [side, *left, "|", *right], {"left": left, "right": right, "both": left + right}[side]


add(KIND, "navigate-2", _navigate(2))
add(KIND, "navigate-3", _navigate(3))
add(KIND, "program-1", _program(1))
add(KIND, "program-2", _program(2))
add(KIND, "nested-function-2", _nested(2))
add(KIND, "nested-function-3", _nested(3))
add(KIND, "run-length-decode", _repeat)
add(KIND, "choose-side", _choose)
