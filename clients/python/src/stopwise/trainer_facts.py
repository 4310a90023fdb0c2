"""What a Hugging Face Trainer tells of its task, and what in its settings pulls against an early stop."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Optional

from .facts import Facts, parameter_count, positive, quietly, word
from .metric import bare_name, higher_is_better


def _lengths(dataset: Any, encoder_decoder: bool) -> Iterator[int]:
    """Answer tokens of the first examples, where labels mark them; data made on the fly is left alone."""
    names = getattr(dataset, "column_names", None) or []
    if "labels" not in names or getattr(dataset, "_format_type", None) == "custom":
        return
    for labels in dataset[:16]["labels"]:
        told = [label for label in labels if label != -100]
        if encoder_decoder or len(told) < len(labels):
            yield len(told)


def answer_length(dataset: Any, model: Any) -> Optional[float]:
    """The usual answer in tokens: the middle of a sample."""
    lengths = sorted(_lengths(dataset, bool(getattr(model.config, "is_encoder_decoder", False))))
    return positive(lengths[len(lengths) // 2]) if lengths else None


def planned_evaluations(args: Any, state: Any) -> Optional[float]:
    """How many evaluations the plan holds."""
    every = quietly(lambda: state.eval_steps) or quietly(lambda: args.eval_steps)
    strategy = word(quietly(lambda: args.eval_strategy))
    if strategy == "epoch":
        return positive(quietly(lambda: math.ceil(args.num_train_epochs)))
    if strategy == "steps" and positive(every) and positive(state.max_steps):
        return positive(state.max_steps // every if every >= 1 else math.ceil(1 / every))
    return None


def facts_of(args: Any, state: Any, model: Any, loaders: dict[str, Any]) -> Facts:
    """
    The task as the trainer tells it; what it does not tell is None.

    :param loaders: `train_dataloader` and `eval_dataloader` as callbacks get them
    """
    train = quietly(lambda: loaders["train_dataloader"].dataset)
    held = quietly(lambda: loaders["eval_dataloader"].dataset)
    batch = quietly(lambda: args.train_batch_size * args.gradient_accumulation_steps * args.world_size)
    return {
        "dataset_size": positive(quietly(lambda: len(train))),
        "eval_size": positive(quietly(lambda: len(held))),
        "answer_length": quietly(lambda: answer_length(held, model)),
        "family": word(quietly(lambda: model.config.model_type)),
        "model": word(quietly(lambda: model.config._name_or_path)),
        "params": parameter_count(model),
        "max_steps": positive(state.max_steps),
        "epochs": positive(args.num_train_epochs) if not positive(args.max_steps) else None,
        "batch_size": positive(batch),
        "evals": planned_evaluations(args, state),
        "learning_rate": positive(args.learning_rate),
        "schedule": word(args.lr_scheduler_type),
        "warmup_steps": quietly(lambda: args.get_warmup_steps(state.max_steps)),
        "weight_decay": quietly(lambda: float(args.weight_decay)),
        "dropout": quietly(lambda: dropout_of(model.config)),
    }


def regime_of(model: Any, kind: Optional[str]) -> Optional[str]:
    """
    A model that was loaded from nowhere starts from random weights: a task model that is judged by a score, or
    language modelling that is judged by its loss. Else the model's name tells.
    """
    name = quietly(lambda: model.config._name_or_path)
    if name is None or name:
        return None
    return "pre-training" if kind == "loss" else "from-scratch"


def sequence_length(facts: Facts, model: Any, step: float, tokens: Any) -> Optional[float]:
    """Tokens an example, from those that were counted so far; an encoder-decoder counts only a part of them."""
    if quietly(lambda: model.config.is_encoder_decoder) or not positive(step) or not positive(tokens):
        return None
    return positive(quietly(lambda: round(tokens / (step * facts["batch_size"]))))


def dropout_of(config: Any) -> Optional[float]:
    """The dropout that the model's config names, by any of the usual names."""
    names = ("dropout_rate", "hidden_dropout_prob", "resid_pdrop", "dropout", "attention_dropout")
    found = [getattr(config, name) for name in names if isinstance(getattr(config, name, None), (int, float))]
    return float(found[0]) if found else None


def delivery_of(args: Any) -> str:
    """Which checkpoint the trainer gives at its end."""
    return "best" if getattr(args, "load_best_model_at_end", False) else "last"


def findings(args: Any, key: str) -> list[str]:
    """What in the trainer's settings pulls against an early stop, each with its fix."""
    found = []
    name, best = bare_name(key), getattr(args, "metric_for_best_model", None)
    if not getattr(args, "load_best_model_at_end", False):
        found.append(
            "load_best_model_at_end is off, so the run gives its last weights and not its best: set "
            f"load_best_model_at_end=True, metric_for_best_model={name!r} and save_strategy=eval_strategy."
        )
    elif best and bare_name(best) != name:
        found.append(
            f"metric_for_best_model is {best!r}, so the checkpoint that is loaded is not the best by {name}: set "
            f"metric_for_best_model={name!r}, greater_is_better={higher_is_better(name)!s}."
        )
    right = higher_is_better(name)
    told = getattr(args, "greater_is_better", None)
    if best and bare_name(best) == name and right is not None and told is not None and bool(told) != right:
        found.append(
            f"greater_is_better is {told}, but {name} is better {'higher' if right else 'lower'}: set {right}."
        )
    return found
