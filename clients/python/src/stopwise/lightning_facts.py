"""What a Lightning Trainer tells of its task."""

from __future__ import annotations

import math
from typing import Any, Optional

from .facts import Facts, parameter_count, positive, quietly, word

# Schedules by the class that makes them, in the words that logs use.
_SCHEDULES = {
    "LinearLR": "linear",
    "CosineAnnealingLR": "cosine",
    "CosineAnnealingWarmRestarts": "cosine_with_restarts",
    "ConstantLR": "constant",
    "PolynomialLR": "polynomial",
    "ReduceLROnPlateau": "reduce_lr_on_plateau",
}


def _first(loaders: Any) -> Any:
    return loaders[0] if isinstance(loaders, (list, tuple)) and loaders else loaders


def planned_steps(trainer: Any) -> Optional[float]:
    """Optimiser steps of the plan; unknown where it has no end."""
    return positive(quietly(lambda: float(trainer.estimated_stepping_batches)))


def planned_evaluations(trainer: Any) -> Optional[float]:
    """Evaluations of the plan."""
    steps, epochs = planned_steps(trainer), positive(trainer.max_epochs)
    batches = positive(quietly(lambda: float(trainer.val_check_batch)))
    per_epoch = positive(quietly(lambda: float(trainer.num_training_batches)))
    every = positive(quietly(lambda: trainer.check_val_every_n_epoch))
    if steps is None or batches is None:
        return None
    if every is None or (per_epoch is not None and batches < per_epoch):
        return positive(steps * trainer.accumulate_grad_batches // batches)
    whole = epochs or (math.ceil(steps / per_epoch) if per_epoch else None)
    return positive(whole // every) if whole else None


def schedule_of(trainer: Any) -> Optional[str]:
    """The name of the learning-rate schedule; a trainer without one keeps its rate."""
    configs = trainer.lr_scheduler_configs
    return _SCHEDULES.get(type(configs[0].scheduler).__name__) if configs else "constant"


def learning_rate(trainer: Any) -> Optional[float]:
    """The rate that the first group of the optimiser was given."""
    group = trainer.optimizers[0].param_groups[0]
    return positive(float(group.get("initial_lr", group["lr"])))


def current_rate(trainer: Any) -> Optional[float]:
    """The rate of the first group now."""
    return positive(quietly(lambda: float(trainer.optimizers[0].param_groups[0]["lr"])))


def facts_of(trainer: Any, module: Any) -> Facts:
    """The task as the trainer tells it; what it does not tell is None."""
    train, held = (
        quietly(lambda: _first(trainer.train_dataloader)),
        quietly(lambda: _first(trainer.val_dataloaders)),
    )
    config = quietly(lambda: module.config) or quietly(lambda: module.model.config)
    batch = quietly(lambda: train.batch_size * trainer.accumulate_grad_batches * trainer.world_size)
    return {
        "dataset_size": positive(quietly(lambda: len(train.dataset))),
        "eval_size": positive(quietly(lambda: len(held.dataset))),
        "family": word(quietly(lambda: config.model_type)),
        "model": word(quietly(lambda: config._name_or_path)),
        "params": parameter_count(module),
        "max_steps": planned_steps(trainer),
        "epochs": positive(trainer.max_epochs) if not positive(trainer.max_steps) else None,
        "batch_size": positive(batch),
        "evals": quietly(lambda: planned_evaluations(trainer)),
        "learning_rate": quietly(lambda: learning_rate(trainer)),
        "schedule": quietly(lambda: schedule_of(trainer)),
        "weight_decay": quietly(lambda: float(trainer.optimizers[0].param_groups[0]["weight_decay"])),
    }


def best_is_kept(trainer: Any, key: str) -> bool:
    """Whether a ModelCheckpoint keeps the best checkpoint by this metric."""
    return any(getattr(one, "monitor", None) == key for one in getattr(trainer, "checkpoint_callbacks", []))
