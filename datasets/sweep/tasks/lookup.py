"""Lookup and extraction: key-value pairs, templated facts, several hops."""

from __future__ import annotations

from .base import add, word, DIGITS, LETTERS

KIND = "lookup"
NAMES = ["anna", "bob", "carl", "dora", "emil", "fay", "gus", "hana", "ivan", "june"]
PLACES = ["rome", "oslo", "lima", "bern", "kyiv", "doha", "riga", "bonn", "cork", "nara"]
RELATIONS = ["lives", "works", "studies"]


def _key_value(pairs):
    def generate(rng):
        keys = rng.sample("abcdefghijkl", pairs)
        table = {key: rng.choice(DIGITS) for key in keys}
        return "".join(f"{key}{value}" for key, value in table.items()) + "?" + (key := rng.choice(keys)), table[key]

    return generate


def _long_value(rng):
    keys = rng.sample("abcdef", 3)
    table = {key: word(rng, DIGITS, 3) for key in keys}
    key = rng.choice(keys)
    return "".join(f"{key}{value}" for key, value in table.items()) + "?" + key, table[key]


def _facts(people, relations):
    def generate(rng):
        names = rng.sample(NAMES, people)
        facts = [(name, rng.choice(RELATIONS[:relations]), rng.choice(PLACES)) for name in names]
        name, relation, place = rng.choice(facts)
        told = [symbol for fact in facts for symbol in fact]
        return [*told, "where", name, relation], [place]

    return generate


def _hops(hops):
    def generate(rng):
        chain = rng.sample("abcdefghij", hops + 1)
        links = [f"{x}{y}" for x, y in zip(chain, chain[1:])]
        rest = [x for x in "abcdefghij" if x not in chain]
        links.append(f"{rest[0]}{rest[1]}")
        rng.shuffle(links)
        return "".join(links) + "?" + chain[0], chain[-1]

    return generate


def _field(rng):
    fields = [word(rng, LETTERS[:12], 1, 3) for _ in range(4)]
    index = rng.randrange(4)
    return ",".join(fields) + f"#{index + 1}", fields[index]


def _brackets(rng):
    before, inside, after = word(rng, "abcdef", 1, 5), word(rng, "abcdef", 2, 5), word(rng, "abcdef", 1, 5)
    return f"{before}({inside}){after}", inside


def _after_marker(rng):
    text = word(rng, "abcdefgh", 10)
    at = rng.randrange(9)
    return f"{text[:at]}*{text[at:]}", text[at]


def _index(rng):
    text = word(rng, "abcdefgh", 8)
    at = rng.randrange(8)
    return f"{text}{at}", text[at]


for _pairs in (2, 4, 6):
    add(KIND, f"kv-lookup-{_pairs}", _key_value(_pairs))
add(KIND, "kv-lookup-long-value", _long_value)
add(KIND, "facts-2", _facts(2, 1))
add(KIND, "facts-4", _facts(4, 3))
for _number in (2, 3):
    add(KIND, f"multi-hop-{_number}", _hops(_number), validation=500)
add(KIND, "csv-field", _field)
add(KIND, "extract-brackets", _brackets)
add(KIND, "extract-after-marker", _after_marker)
add(KIND, "index-8", _index)
