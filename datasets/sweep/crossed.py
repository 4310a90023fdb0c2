"""The crossed sets of the design: a few factors each, all else at the family's usual values."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product

from .config import RunConfig
from .core import PLAN_SEED, deck, tasks_in_turn
from .tasks import REGISTRY
from .usual import USUAL, timed, usual


def sample_sizes() -> Iterator[RunConfig]:
    """Sample-size curves: five nested sizes of the same task, all else equal."""
    tasks = ["date-to-iso", "plural-exceptions", "addition-3digit", "program-2", "count-letter-10",
             "sort-letters-6", "transliterate-exceptions", "linear-threshold-16"]
    for index, name in enumerate(tasks):
        for family, size in product((("lstm", "gpt2"), ("bart", "gru"))[index % 2], (100, 300, 1000, 3000, 10_000)):
            yield usual(name, family, trainSize=size, configSet="sample-size")


def matched() -> Iterator[RunConfig]:
    """For every task one family: four nested sizes, and at 1,000 examples each regulariser alone, all else equal."""
    families = ("lstm", "gpt2", "bart", "gru", "llama", "t5")
    for index, name in enumerate(tasks_in_turn()):
        family = families[(index + index // 6) % 6]
        norms = ({"normalization": "layer"}, {"normalization": "batch"}) if family in ("lstm", "gru") else ()
        sizes = ({"trainSize": size} for size in (1000, 10_000, 300, 3000))
        for changes in (*sizes, {"dropout": 0.2}, {"weightDecay": 0.3}, *norms):
            yield usual(name, family, **{"trainSize": 1000} | changes, configSet="matched")


def learning_rates() -> Iterator[RunConfig]:
    """Learning rate x schedule, crossed."""
    for name, family in (("addition-2digit", "gpt2"), ("past-exceptions", "lstm"), ("csv-field", "bart"),
                         ("digit-sum-5", "llama"), ("roman-to-arabic", "t5")):
        usual_rate, steps = USUAL[family][3], USUAL[family][2]
        for scheduler, rate in product(("constant", "linear", "cosine", "inverse-sqrt"), (0.25, 1.0, 4.0)):
            warmup = round(steps / 10) if scheduler == "inverse-sqrt" else 0
            yield usual(name, family, lr=usual_rate * rate, scheduler=scheduler, warmupSteps=warmup,
                        configSet="lr-schedule")


def regularisation() -> Iterator[RunConfig]:
    """Normalisation x dropout x weight decay on the LSTM; dropout x weight decay on two transformers."""
    for name in ("reverse-5", "plural-memorised-exceptions", "minutes-to-hours", "sentiment-noise20"):
        for normalization, dropout, decay in product(("none", "layer", "batch"), (0.0, 0.2), (0.0, 0.3)):
            yield usual(name, "lstm", normalization=normalization, dropout=dropout, weightDecay=decay,
                        trainSize=1000, configSet="regularisation")
        for family, dropout, decay in product(("gpt2", "bart"), (0.0, 0.2), (0.0, 0.3)):
            yield usual(name, family, dropout=dropout, weightDecay=decay, trainSize=1000,
                        configSet="regularisation")


def cadences() -> Iterator[RunConfig]:
    """Batch size x evaluations per run x validation questions."""
    for name, family in (("deduplicate-8", "lstm"), ("max-of-4-numbers", "bart"), ("clock-24-to-12", "gpt2")):
        for batch, evaluations, questions in product((8, 32, 128), (40, 60), (100, 1000)):
            steps = USUAL[family][2] / (2 if batch == 128 else 1)
            yield usual(name, family, batchSize=batch, evalSize=questions, **timed(steps, evaluations),
                        configSet="batch-cadence")


def shapes() -> Iterator[RunConfig]:
    """Width x depth."""
    for name, family in (("subtraction-3digit", "gpt2"), ("pig-latin", "lstm"), ("extract-brackets", "llama"),
                         ("navigate-3", "bart")):
        for width, depth in product((16, 32, 64), (1, 2)):
            yield usual(name, family, width=width, depth=depth, **timed(480, 40),
                        configSet="width-depth")


def paired() -> Iterator[RunConfig]:
    """Constant, rather high learning rates whose two learning-rate actions are also run."""
    rng = random.Random(PLAN_SEED + 1)
    decks = [deck(levels, rng) for levels in ([1.0, 2.0, 3.0], [16, 32], [500, 1000], [1000, 3000, 10_000])]
    families = ("lstm", "gpt2", "bart", "gru", "llama", "t5")
    fit = [name for name in tasks_in_turn() if REGISTRY[name].kind != "modular" and name != "coin-flip"]
    for index, name in enumerate(fit[:72]):
        family = families[(index + index // 6) % 6]
        rate, batch, questions, size = (next(cards) for cards in decks)
        yield usual(name, family, lr=USUAL[family][3] * rate, batchSize=batch, evalSize=questions,
                    trainSize=size, configSet="pairs", **timed(USUAL[family][2], 40))
