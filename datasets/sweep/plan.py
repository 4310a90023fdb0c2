"""The designed experiment: which runs there are, and in which order.

Every prefix of the plan is a balanced data set: first all tasks x three architectures, task kinds
taking turns, then the crossed sets in parallel, each in its own balanced order.
`python -m sweep.plan` prints it as JSON lines.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import product

from .config import RunConfig
from .data import TEST_SIZE
from .tasks import REGISTRY, Task

PLAN_SEED = 1
# Where questions are few: distinct questions of the task, rounded down.
QUESTIONS = {
    "addition-2digit": 10_000, "subtraction-2digit": 10_000, "multiplication-3x1": 10_000,
    "navigate-2": 5800, "program-1": 6400, "parity-13": 8190, "roman-to-arabic": 3999,
    "arabic-to-roman": 3999, "minutes-to-hours": 10_000, "binary-to-decimal-13bit": 8190,
    "multi-hop-2": 4300, "modadd-59": 3480, "modadd-97": 9400, "modsub-67": 4480, "modmul-61": 3700,
    "modadd-3operands-17": 4900, "modsquares-59": 3480,
}
# Width, depth, steps and peak learning rate that train each family in about ten core seconds.
USUAL = {
    "t5": (48, 1, 900, 5e-3),
    "bart": (48, 1, 900, 2e-3),
    "gpt2": (48, 1, 1000, 2e-3),
    "llama": (48, 1, 1000, 3e-3),
    "mamba": (32, 1, 320, 5e-3),
    "lstm": (64, 1, 1500, 5e-3),
    "gru": (64, 1, 1300, 5e-3),
}
# The crossed sets, and the core from the 25th task on, train for this share of the usual steps.
SHORT = 0.6
LONG_CORE_TASKS = 24
# Mamba's reference code is slow: it gets tasks of few tokens only.
MAMBA_TASKS = {"addition-2digit", "subtraction-2digit", "compare-3digit", "multiplication-3x1", "max-digit-5",
               "second-max-digit-5", "count-distinct-7", "most-common-7", "argmax-position-6", "digit-sum-5",
               "nested-function-2", "date-month-name", "facts-2", "sort-digits-5", "reverse-5", "kv-lookup-2",
               "sentiment-negation", "sentiment-noise20", "modadd-3operands-17", "index-8", "prototype-noise15",
               "multi-hop-2", "program-1", "xor-noise5", "increment-5digit", "extract-after-marker"}


@dataclass(frozen=True)
class PlannedRun:
    """A run, and whether its two paired branches are run with it."""

    config: RunConfig
    pairs: bool = False


def most_train(task: Task) -> int:
    """The largest train set that the task's distinct questions allow, at most 10,000."""
    return min(10_000, QUESTIONS.get(task.name, 10**6) - TEST_SIZE - task.validation)


def usual(task_name: str, family: str, **changes) -> RunConfig:
    """The family's usual configuration on a task, changed where said, sizes cut to what the task has."""
    task, (width, depth, steps, lr) = REGISTRY[task_name], USUAL[family]
    facts = dict(width=width, depth=depth, lr=lr, trainSize=3000, **timed(SHORT * steps, 40),
                 normalization="none" if family in ("lstm", "gru") else "native") | changes
    facts["trainSize"] = min(facts["trainSize"], most_train(task))
    facts["evalSize"] = min(facts.get("evalSize", 500), task.validation)
    facts["batchSize"] = min(facts.get("batchSize", 32), facts["trainSize"])
    return RunConfig(task=task_name, family=family, **facts)


def timed(steps: int, evaluations: int) -> dict:
    """Steps and cadence that give exactly `evaluations` evaluations."""
    every = max(1, round(steps / evaluations))
    return {"steps": every * evaluations, "evalEvery": every}


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


def core() -> Iterator[PlannedRun]:
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
            yield PlannedRun(_varied(name, family, card, 1.0 if index < LONG_CORE_TASKS else SHORT))


def _varied(name: str, family: str, card: dict, share: float) -> RunConfig:
    width, depth, steps, lr = USUAL[family]
    slow = family == "mamba"
    timing = timed(share * steps * card["length"], 40 if slow or share < 1 else card["evaluations"])
    return usual(
        name, family, **timing, lr=lr * card["rate"], scheduler=card["scheduler"],
        warmupSteps=round(card["warm"] * timing["steps"]), weightDecay=card["weightDecay"],
        trainSize=card["trainSize"], evalSize=card["evalSize"], batchSize=card["batchSize"],
        dropout=0.0 if slow else card["dropout"], width=width if slow else width + card["width"],
        depth=1 if slow or family == "t5" else card["depth"])


def sample_sizes() -> Iterator[PlannedRun]:
    """Sample-size curves: six nested sizes of the same task, all else equal."""
    tasks = ["date-to-iso", "plural-exceptions", "addition-3digit", "program-2", "count-letter-10",
             "sort-letters-6", "transliterate-exceptions", "linear-threshold-16"]
    for index, name in enumerate(tasks):
        for family, size in product((("lstm", "gpt2"), ("bart", "gru"))[index % 2], (100, 300, 1000, 3000, 10_000)):
            yield PlannedRun(usual(name, family, trainSize=size, configSet="sample-size"))


def learning_rates() -> Iterator[PlannedRun]:
    """Learning rate x schedule, crossed."""
    for name, family in (("addition-2digit", "gpt2"), ("past-exceptions", "lstm"), ("csv-field", "bart"),
                         ("digit-sum-5", "llama"), ("roman-to-arabic", "t5")):
        usual_rate, steps = USUAL[family][3], SHORT * USUAL[family][2]
        for scheduler, rate in product(("constant", "linear", "cosine", "inverse-sqrt"), (0.25, 1.0, 4.0)):
            warmup = round(steps / 10) if scheduler == "inverse-sqrt" else 0
            yield PlannedRun(usual(name, family, lr=usual_rate * rate, scheduler=scheduler, warmupSteps=warmup,
                                   configSet="lr-schedule"))


def regularisation() -> Iterator[PlannedRun]:
    """Normalisation x dropout x weight decay on the LSTM; dropout x weight decay on two transformers."""
    for name in ("reverse-5", "plural-memorised-exceptions", "minutes-to-hours", "sentiment-noise20"):
        for normalization, dropout, decay in product(("none", "layer", "batch"), (0.0, 0.2), (0.0, 0.3)):
            yield PlannedRun(usual(name, "lstm", normalization=normalization, dropout=dropout, weightDecay=decay,
                                   trainSize=1000, configSet="regularisation"))
        for family, dropout, decay in product(("gpt2", "bart"), (0.0, 0.2), (0.0, 0.3)):
            yield PlannedRun(usual(name, family, dropout=dropout, weightDecay=decay, trainSize=1000,
                                   configSet="regularisation"))


def cadences() -> Iterator[PlannedRun]:
    """Batch size x evaluations per run x validation questions."""
    for name, family in (("deduplicate-8", "lstm"), ("max-of-4-numbers", "bart"), ("clock-24-to-12", "gpt2")):
        for batch, evaluations, questions in product((8, 32, 128), (40, 60), (100, 1000)):
            steps = SHORT * USUAL[family][2] / (2 if batch == 128 else 1)
            yield PlannedRun(usual(name, family, batchSize=batch, evalSize=questions, **timed(steps, evaluations),
                                   configSet="batch-cadence"))


def shapes() -> Iterator[PlannedRun]:
    """Width x depth."""
    for name, family in (("subtraction-3digit", "gpt2"), ("pig-latin", "lstm"), ("extract-brackets", "llama"),
                         ("navigate-3", "bart")):
        for width, depth in product((16, 32, 64), (1, 2)):
            yield PlannedRun(usual(name, family, width=width, depth=depth, steps=600, evalEvery=15,
                                   configSet="width-depth"))


def seeds() -> Iterator[PlannedRun]:
    """Seeds 1 and 2 of core configurations (seed 0 is in the core), every seventh of them."""
    for run in list(core())[3::14]:
        if run.config.family != "mamba":
            for seed in (1, 2):
                yield PlannedRun(run.config.but(seed=seed, configSet="seeds"))


def _labelled(label: str, configs: Iterable[RunConfig]) -> list[RunConfig]:
    return [config.but(phenomenon=label, configSet="phenomena") for config in configs]


def phenomena() -> Iterator[PlannedRun]:
    """What breaks naive stopping, each made on purpose and labelled with what was meant."""
    groups = [late_generalisation(), overfitting(), label_noise(), slow_creep(), jumps(), divergence(),
              hopeless(), evaluation_noise()]
    for turn in range(max(map(len, groups))):
        yield from (PlannedRun(group[turn]) for group in groups if turn < len(group))


def late_generalisation() -> list[RunConfig]:
    """Modular arithmetic with strong weight decay, trained far beyond memorising the train set."""
    cases = [("modadd-59", "gpt2", 1280, 1.0), ("modadd-97", "gpt2", 3000, 1.0), ("modadd-59", "gpt2", 1280, 0.5),
             ("modsub-67", "gpt2", 2200, 1.0), ("modadd-3operands-17", "gpt2", 2400, 0.5), ("modadd-97", "llama", 3000, 1.0),
             ("modmul-61", "gpt2", 1500, 1.0), ("modsub-67", "llama", 2200, 0.5)]
    return _labelled("late-generalisation", (
        usual(name, family, trainSize=size, lr=3e-3, weightDecay=decay, batchSize=256, evalSize=200, **timed(1200, 50))
        for name, family, size, decay in cases))


def overfitting() -> list[RunConfig]:
    """Small, mislabelled train sets seen dozens of times: EM rises, then falls as errors are learnt by heart."""
    cases = [("xor-noise5", "bart"), ("max-digit-5", "gpt2"), ("date-month-name", "bart"), ("prototype-noise15", "gpt2"),
             ("linear-threshold-16", "gpt2"), ("extract-after-marker", "gpt2"), ("compare-3digit", "bart"),
             ("clock-24-to-12", "bart")]
    return _labelled("overfitting", (usual(name, family, trainSize=400, labelNoise=0.25, evalSize=1000)
                                     for name, family in cases))


def label_noise() -> list[RunConfig]:
    """A fifth of the train answers replaced, in train sets large enough to see through it."""
    cases = [("date-to-iso", "lstm"), ("plural-rules", "bart"), ("addition-2digit", "gpt2"), ("sort-digits-5", "t5"),
             ("caesar-3", "llama"), ("choose-side", "gru"), ("clock-24-to-12", "lstm"), ("interleave-8", "bart")]
    return _labelled("label-noise", (usual(name, family, trainSize=5000, labelNoise=share)
                                     for (name, family), share in zip(cases, (0.1, 0.2, 0.3, 0.4) * 2)))


def slow_creep() -> list[RunConfig]:
    """Low learning rates: EM still creeps up when the plan ends."""
    cases = [("date-to-iso", "lstm"), ("past-rules", "gru"), ("camel-to-snake", "gpt2"), ("sort-letters-6", "lstm"),
             ("transliterate", "bart"), ("phone-format", "lstm"), ("reverse-5", "t5"), ("digit-sum-5", "lstm")]
    return _labelled("slow-creep", (usual(name, family, lr=USUAL[family][3] / 8, trainSize=10_000)
                                    for name, family in cases))


def jumps() -> list[RunConfig]:
    """Circuits that appear at once: copying positions, looking up keys, hidden parities."""
    cases = [("sparse-parity-2of14", "gpt2"), ("xor-noise5", "llama"), ("sparse-parity-2of14", "bart"), ("facts-2", "gpt2"),
             ("xor-noise5", "gpt2"), ("reverse-10", "llama"), ("sparse-parity-2of14", "llama"), ("multi-hop-2", "bart")]
    return _labelled("jump", (usual(name, family, trainSize=10_000, depth=2, **timed(800, 40))
                              for name, family in cases))


def divergence() -> list[RunConfig]:
    """Learning rates far too high, gradients not clipped, no warm-up."""
    cases = [("date-to-iso", "gpt2", "adamw", 0.06), ("reverse-5", "llama", "adamw", 0.1),
             ("copy-8", "bart", "adamw", 0.05), ("caesar-3", "lstm", "sgd", 20.0), ("sort-digits-5", "gpt2", "sgd", 3.0),
             ("past-rules", "gru", "adamw", 0.3), ("phone-format", "t5", "adamw", 0.2), ("pig-latin", "llama", "sgd", 3.0)]
    return _labelled("divergence", (
        usual(name, family, optimizer=optimizer, lr=lr, clipNorm=None, steps=600, evalEvery=15)
        for name, family, optimizer, lr in cases))


def hopeless() -> list[RunConfig]:
    """Nothing to learn, or far too little data or model for it."""
    cases = [("coin-flip", "gpt2", 3000), ("parity-13", "lstm", 1000), ("compose-s5", "llama", 3000),
             ("sparse-parity-3of16", "gpt2", 300), ("modmul-61", "bart", 500), ("coin-flip", "gru", 1000),
             ("number-words-to-digits", "lstm", 100), ("reverse-20", "llama", 100)]
    return _labelled("hopeless", (usual(name, family, trainSize=size, steps=600, evalEvery=15)
                                  for name, family, size in cases))


def evaluation_noise() -> list[RunConfig]:
    """A hundred validation questions, a restless learning rate, and irreducibly noisy answers."""
    cases = [("prototype-noise30", "lstm"), ("sentiment-noise20", "gpt2"), ("linear-threshold-noise10", "bart"),
             ("most-common-7", "gru"), ("longest-run-14", "lstm"), ("argmax-position-6", "llama"),
             ("xor-noise5", "gpt2"), ("count-distinct-7", "lstm")]
    return _labelled("evaluation-noise", (
        usual(name, family, evalSize=100, batchSize=16, lr=2 * USUAL[family][3], trainSize=10_000, **timed(USUAL[family][2], 60))
        for name, family in cases))


def paired() -> Iterator[PlannedRun]:
    """Constant, rather high learning rates whose two learning-rate actions are also run."""
    rng = random.Random(PLAN_SEED + 1)
    decks = [deck(levels, rng) for levels in ([1.0, 2.0, 3.0], [16, 32], [500, 1000], [1000, 3000, 10_000])]
    families = ("lstm", "gpt2", "bart", "gru", "llama", "t5")
    fit = [name for name in tasks_in_turn() if REGISTRY[name].kind != "modular" and name != "coin-flip"]
    for index, name in enumerate(fit[:72]):
        family = families[(index + index // 6) % 6]
        rate, batch, questions, size = (next(cards) for cards in decks)
        yield PlannedRun(usual(name, family, lr=USUAL[family][3] * rate, batchSize=batch, evalSize=questions,
                               trainSize=size, configSet="pairs", **timed(SHORT * USUAL[family][2], 40)), pairs=True)


def interleaved(sets: list[list[PlannedRun]]) -> list[PlannedRun]:
    """Merges sets so that every prefix holds the same share of each."""
    placed = [((place + 0.5) / len(runs), index, run) for index, runs in enumerate(sets) for place, run in enumerate(runs)]
    return [run for *_, run in sorted(placed, key=lambda item: item[:2])]


def plan() -> list[PlannedRun]:
    """All planned runs, each configuration once, in order."""
    first, rest = list(core()), [sample_sizes(), learning_rates(), regularisation(), cadences(), shapes(), seeds(),
                                 phenomena(), paired()]
    head, tail = first[:96], first[96:]
    runs: dict[str, PlannedRun] = {}
    for run in head + interleaved([tail, *map(list, rest)]):
        runs.setdefault(run.config.id, run)
    return list(runs.values())


def main() -> None:
    for run in plan():
        print(json.dumps({"id": run.config.id, "pairs": run.pairs} | asdict(run.config)))


if __name__ == "__main__":
    main()
