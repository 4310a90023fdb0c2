"""What patience loses, by phenomenon, beside what evaluation noise explains: `python -m sweep.table`.

Rule: stop when the last `patience` evaluations brought no validation EM above the best before them
(Hugging Face's EarlyStoppingCallback with threshold 0); the best checkpoint so far is delivered.

All figures are means over runs, in points (hundredths of EM), but for the saving:
saved   share of the training tokens that was not spent;
lost    best validation EM of the whole run less that of the delivered checkpoint (never negative);
test    test EM of the checkpoint that is best on validation over the whole run, less that of the
        delivered one (signed: free of the gain that picking the larger of noisy scores pretends);
noise   the noise floor: what `lost` would be if the true EM stayed where it was when the rule
        stopped and evaluations were independent binomial draws:
        E[max(0, A - B)], B the largest of patience + 1 draws, A the largest of as many draws as
        evaluations were left, each Binomial(evalSize, p) / evalSize, p the test EM delivered.
        The same questions are asked at every evaluation, so draws are dependent in truth and this
        is rather an upper estimate of what noise alone makes.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean

import numpy as np

from .files import SWEEP_FILE, read_records

PATIENCES = (1, 3, 5, 10)
LABELS = ("late-generalisation", "overfitting", "label-noise", "slow-creep", "jump", "divergence", "hopeless",
          "evaluation-noise", "ordinary")


def stop_index(qualities: list[float], patience: int) -> int:
    """Index of the evaluation at which the rule stops; the last one where it never does."""
    best, stale = -1.0, 0
    for index, quality in enumerate(qualities):
        best, stale = (quality, 0) if quality > best else (best, stale + 1)
        if stale >= patience:
            return index
    return len(qualities) - 1


@lru_cache(maxsize=None)
def binomial_cdf(questions: int, share: float) -> np.ndarray:
    """P(X <= k) for k = 0..questions, X ~ Binomial(questions, share)."""
    if share <= 0 or share >= 1:
        return (np.arange(questions + 1) >= questions * (share >= 1)).astype(float)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, questions + 1)))])
    k = np.arange(questions + 1)
    log_mass = (log_factorial[-1] - log_factorial - log_factorial[::-1]
                + k * np.log(share) + (questions - k) * np.log1p(-share))
    return np.minimum(np.cumsum(np.exp(log_mass)), 1.0)


def noise_floor(questions: int, share: float, before: int, after: int) -> float:
    """E[max(0, A - B)], A the largest of `after` and B of `before` draws of Binomial(questions, share) / questions."""
    if after == 0:
        return 0.0
    cdf = binomial_cdf(questions, round(share, 4))[:-1]
    return float((cdf**before * (1.0 - cdf**after)).sum() / questions)


@dataclass(frozen=True)
class Loss:
    """What one rule did to one run; shares of EM and of tokens in [0, 1]."""

    saved: float
    lost: float
    test: float
    noise: float


def loss(record: dict, patience: int) -> Loss:
    """What patience does to a run that was recorded to the end of its plan."""
    points = record["points"]
    qualities = [point["quality"] for point in points]
    stop = stop_index(qualities, patience)
    delivered = qualities.index(max(qualities[:stop + 1]))
    best = qualities.index(max(qualities))
    return Loss(
        saved=1 - points[stop]["tokens"] / points[-1]["tokens"],
        lost=qualities[best] - qualities[delivered],
        test=points[best]["testQuality"] - points[delivered]["testQuality"],
        noise=noise_floor(record["evalSize"], points[delivered]["testQuality"], patience + 1, len(points) - 1 - stop))


def designed(record: dict) -> str:
    return record["hyper"]["phenomenon"] or "ordinary"


def measured(record: dict) -> str:
    return record["hyper"]["measuredPhenomenon"]


def rows(records: list[dict], label) -> list[str]:
    """Markdown rows: one per label that occurs, and one over all runs."""
    groups = {name: [record for record in records if label(record) == name] for name in LABELS} | {"all runs": records}
    return [_row(name, group) for name, group in groups.items() if group]


def _row(name: str, group: list[dict]) -> str:
    cells = []
    for patience in PATIENCES:
        losses = [loss(record, patience) for record in group]
        cells.append(f"{fmean(x.saved for x in losses):.2f}")
        cells += [f"{100 * fmean(getattr(x, part) for x in losses):.1f}" for part in ("lost", "test", "noise")]
    return f"| {name} | {len(group)} | " + " | ".join(cells) + " |"


def table(records: list[dict], label) -> str:
    heads = [f"{part} {patience}" for patience in PATIENCES for part in ("saved", "lost", "test", "noise")]
    return "\n".join([f"| phenomenon | runs | {' | '.join(heads)} |", "|" + " --- |" * (len(heads) + 2), *rows(records, label)])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m sweep.table", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--label", choices=("measured", "designed", "both"), default="both")
    options = parser.parse_args(arguments)
    records = read_records(SWEEP_FILE)
    for name, label in (("measured", measured), ("designed", designed)):
        if options.label in (name, "both"):
            print(f"By {name} phenomenon:\n\n{table(records, label)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
