"""What a logged metric measures, which way is better, and how it becomes a quality in [0, 1]."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Optional

# The same names as in the command line's own table; a test holds the two to the same answers.
_PATTERNS = (
    ("error-rate", r"(^|_)(wer|cer|ter|mer|wil|error|error_rate|err)(_|$)"),
    ("correlation", r"pearson|spearman|matthews|mcc|kendall|correlation|(^|_)r2(_|$)"),
    (
        "overlap",
        r"(^|_)(f1|rouge\w*|bleu|sacrebleu|chrf\w*|meteor|bertscore|gleu|precision|recall|iou|mean_iou)(_|$)",
    ),
    ("loss", r"loss|perplexity|(^|_)(ppl|bpb|nll|mae|mse|rmse|bits_per_byte|cross_entropy)(_|$)"),
    ("match", r"exact|(^|_)em(_|$)|acc|pass_?(at|k|\d)|(^|_)(match|auc|score|quality|reward|win_rate)(_|$)"),
)
# What is taken where several metrics are logged and none is named.
_ORDER = ("exact", "match", "overlap", "error-rate", "correlation", "loss")


def _normalised(name: str) -> str:
    return re.sub(r"[/.\-\s@]+", "_", name.strip().lower())


def metric_class(name: str) -> Optional[str]:
    """`match`, `overlap`, `error-rate`, `correlation` or `loss`; None where the name does not tell."""
    key = _normalised(name)
    return next((kind for kind, pattern in _PATTERNS if re.search(pattern, key)), None)


def higher_is_better(name: str) -> Optional[bool]:
    """Which way is better; None where the name does not tell."""
    kind = metric_class(name)
    return None if kind is None else kind not in ("error-rate", "loss")


def bare_name(key: str) -> str:
    """The metric without the `eval_` or `val_` that a trainer puts in front."""
    return re.sub(r"^(eval|val|valid|validation|test)[_/]", "", key)


def _rank(key: str) -> int:
    name = _normalised(bare_name(key))
    if re.search(r"exact|(^|_)em(_|$)", name):
        return 0
    return _ORDER.index(metric_class(name) or "loss")


def best_known(keys: Iterable[str]) -> Optional[str]:
    """The key that counts most: exact match before other scores, a loss where there is nothing else."""
    known = [key for key in keys if metric_class(bare_name(key)) is not None]
    return min(known, key=lambda key: (_rank(key), key), default=None)


def quality_of(kind: str, value: float, scale: str) -> float:
    """
    The quality, higher is better, in the scale that it was logged in: error rates as one minus the rate (at
    least zero), negative correlations as zero.
    """
    whole = 100.0 if scale == "percent" else 1.0
    if kind == "error-rate":
        return whole - min(value, whole)
    return max(0.0, value) if kind == "correlation" else value
