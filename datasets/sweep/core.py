"""The core of the design: every task, three architectures, all other factors dealt from decks."""

from __future__ import annotations

import random
from collections.abc import Iterator

from .config import RunConfig
from .tasks import REGISTRY
from .usual import LONG, USUAL, timed, usual

PLAN_SEED = 1
LONG_CORE_TASKS = 24
# Mamba's reference code is slow: it gets tasks of few tokens only.
MAMBA_TASKS = {"addition-2digit", "subtraction-2digit", "compare-3digit", "multiplication-3x1", "max-digit-5",
               "second-max-digit-5", "count-distinct-7", "most-common-7", "argmax-position-6", "digit-sum-5",
               "nested-function-2", "date-month-name", "facts-2", "sort-digits-5", "reverse-5", "kv-lookup-2",
               "sentiment-negation", "sentiment-noise20", "modadd-3operands-17", "index-8", "prototype-noise15",
               "multi-hop-2", "program-1", "xor-noise5", "increment-5digit", "extract-after-marker"}


def deck(levels: list, rng: random.Random) -> Iterator:
    """Endless draws in which every level comes equally often."""
    while True:
        yield from rng.sample(levels, len(levels))


def tasks_in_turn() -> list[str]:
    """All tasks, kinds taking turns."""
    kinds: dict[str, list[str]] = {}
    for task in REGISTRY.values():
        kinds.setdefault(task.kind, []).append(task.name)
    rng = random.Random(PLAN_SEED)
    queues = [rng.sample(names, len(names)) for names in kinds.values()]
    longest = max(map(len, queues))
    return [queue[turn] for turn in range(longest) for queue in queues if turn < len(queue)]


def core() -> Iterator[RunConfig]:
    """Every task x an encoder-decoder, a transformer decoder and a recurrent model, factors from decks."""
    rng = random.Random(PLAN_SEED)
    decks = {name: deck(levels, rng) for name, levels in {
        "trainSize": [300, 1000, 3000, 3000, 10_000, 10_000], "scheduler": ["constant", "constant", "linear", "cosine"],
        "warm": [0.0, 0.05], "rate": [0.5, 1.0, 2.0], "weightDecay": [0.0, 0.01, 0.1], "evaluations": [40, 50, 60],
        "evalSize": [100, 200, 500, 1000], "batchSize": [16, 32, 64], "length": [0.7, 1.0, 1.4],
        "dropout": [0.0, 0.0, 0.1], "width": [-16, 0, 0, 0], "depth": [1, 1, 2]}.items()}
    recurrent = deck(["lstm", "gru"], rng)
    for index, name in enumerate(tasks_in_turn()):
        third = "mamba" if name in MAMBA_TASKS and index % 3 != 1 else next(recurrent)
        for family in (("t5", "bart")[index % 2], ("llama", "gpt2")[index // 2 % 2], third):
            card = {key: next(cards) for key, cards in decks.items()}
            yield _varied(name, family, card, LONG if index < LONG_CORE_TASKS else USUAL)


def _varied(name: str, family: str, card: dict, sizes: dict) -> RunConfig:
    width, depth, steps, lr = sizes[family]
    slow = family == "mamba"
    timing = timed(steps * card["length"], 40 if slow or sizes is USUAL else card["evaluations"])
    return usual(
        name, family, **timing, lr=lr * card["rate"], scheduler=card["scheduler"],
        warmupSteps=round(card["warm"] * timing["steps"]), weightDecay=card["weightDecay"],
        trainSize=card["trainSize"], evalSize=card["evalSize"], batchSize=card["batchSize"],
        dropout=0.0 if slow else card["dropout"], width=width if slow else width + card["width"],
        depth=card["depth"] if sizes is LONG and family not in ("mamba", "t5") else 1)


def seeds() -> Iterator[RunConfig]:
    """Seeds 1 and 2 of core configurations (seed 0 is in the core), every eleventh of them."""
    for config in list(core())[3 * LONG_CORE_TASKS:][5::11]:
        if config.family != "mamba":
            for seed in (1, 2):
                yield config.but(seed=seed, configSet="seeds")
