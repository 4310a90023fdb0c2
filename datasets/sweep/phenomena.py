"""Runs that show, on purpose, what breaks naive stopping; `phenomenon` is what was meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .config import RunConfig
from .usual import USUAL, timed, usual


def _labelled(label: str, configs: Iterable[RunConfig]) -> list[RunConfig]:
    return [config.but(phenomenon=label, configSet="phenomena") for config in configs]


def phenomena() -> Iterator[RunConfig]:
    """What breaks naive stopping, each made on purpose and labelled with what was meant."""
    groups = [late_generalisation(), overfitting(), label_noise(), slow_creep(), jumps(), divergence(),
              hopeless(), evaluation_noise()]
    for turn in range(max(map(len, groups))):
        yield from (group[turn] for group in groups if turn < len(group))


def late_generalisation() -> list[RunConfig]:
    """Modular arithmetic with strong weight decay, trained far beyond memorising the train set."""
    cases = [("modadd-59", "gpt2", 1280, 1.0), ("modadd-97", "gpt2", 3000, 1.0), ("modadd-59", "gpt2", 1280, 0.5),
             ("modsub-67", "gpt2", 2200, 1.0), ("modadd-3operands-17", "gpt2", 2400, 0.5), ("modadd-97", "llama", 3000, 1.0),
             ("modmul-61", "gpt2", 1500, 1.0), ("modsub-67", "llama", 2200, 0.5)]
    scarce = [("modadd-59", "gpt2", 1000, 0.5), ("modadd-59", "gpt2", 900, 1.0), ("modadd-59", "llama", 1000, 0.5),
              ("modsub-67", "gpt2", 1500, 0.5), ("modadd-59", "gpt2", 1000, 1.0), ("modsub-67", "llama", 1500, 1.0),
              ("modmul-61", "gpt2", 1100, 0.5), ("modsub-67", "gpt2", 1600, 0.7), ("modmul-61", "gpt2", 1200, 0.7),
              ("modsub-67", "gpt2", 1700, 0.4)]
    return _labelled("late-generalisation", (
        usual(name, family, width=48, trainSize=size, lr=3e-3, weightDecay=decay, batchSize=256, evalSize=200, **timed(steps, 50))
        for group, steps in ((cases, 1200), (scarce, 2000)) for name, family, size, decay in group))


def overfitting() -> list[RunConfig]:
    """Small, mislabelled train sets seen dozens of times: EM rises, then falls as errors are learnt by heart."""
    cases = [("xor-noise5", "bart"), ("max-digit-5", "gpt2"), ("date-month-name", "bart"), ("prototype-noise15", "gpt2"),
             ("linear-threshold-16", "gpt2"), ("extract-after-marker", "gpt2"), ("compare-3digit", "bart"),
             ("clock-24-to-12", "bart")]
    return _labelled("overfitting", (usual(name, family, width=48, trainSize=400, labelNoise=0.25, evalSize=1000, **timed(600, 40))
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
    return _labelled("slow-creep", (usual(name, family, lr=USUAL[family][3] / 3, trainSize=10_000)
                                    for name, family in cases))


def jumps() -> list[RunConfig]:
    """Circuits that appear at once: copying positions, looking up keys, hidden parities."""
    cases = [("sparse-parity-2of14", "gpt2"), ("xor-noise5", "llama"), ("sparse-parity-2of14", "bart"), ("facts-2", "gpt2"),
             ("xor-noise5", "gpt2"), ("reverse-10", "llama"), ("sparse-parity-2of14", "llama"), ("multi-hop-2", "bart")]
    return _labelled("jump", (usual(name, family, width=48, lr=2e-3, trainSize=10_000, depth=2, **timed(680, 40))
                              for name, family in cases))


def divergence() -> list[RunConfig]:
    """Learning rates that climb over the whole plan to far too high, gradients not clipped: EM rises, then breaks."""
    cases = [("max-digit-5", "llama", "sgd", 2.0), ("choose-side", "bart", "adamw", 0.03), ("reverse-5", "lstm", "adamw", 0.15),
             ("argmax-position-6", "gpt2", "sgd", 2.0), ("most-common-7", "bart", "adamw", 0.04),
             ("sentiment-negation", "gru", "adamw", 0.2), ("compare-3digit", "llama", "sgd", 2.0),
             ("second-max-digit-5", "gpt2", "adamw", 0.06)]
    return _labelled("divergence", (
        usual(name, family, optimizer=optimizer, lr=lr, clipNorm=None, warmupSteps=480, **timed(480, 40))
        for name, family, optimizer, lr in cases))


def hopeless() -> list[RunConfig]:
    """Nothing to learn, or far too little data or model for it."""
    cases = [("coin-flip", "gpt2", 3000), ("parity-13", "lstm", 1000), ("compose-s5", "llama", 3000),
             ("sparse-parity-3of16", "gpt2", 300), ("modmul-61", "bart", 500), ("coin-flip", "gru", 1000),
             ("number-words-to-digits", "lstm", 100), ("reverse-20", "llama", 100)]
    return _labelled("hopeless", (usual(name, family, trainSize=size, **timed(480, 40))
                                  for name, family, size in cases))


def evaluation_noise() -> list[RunConfig]:
    """A hundred validation questions, a restless learning rate, and irreducibly noisy answers."""
    cases = [("prototype-noise30", "lstm"), ("sentiment-noise20", "gpt2"), ("linear-threshold-noise10", "bart"),
             ("most-common-7", "gru"), ("longest-run-14", "lstm"), ("argmax-position-6", "llama"),
             ("xor-noise5", "gpt2"), ("count-distinct-7", "lstm")]
    return _labelled("evaluation-noise", (
        usual(name, family, evalSize=100, batchSize=16, lr=2 * USUAL[family][3], trainSize=10_000, **timed(USUAL[family][2], 60))
        for name, family in cases))
