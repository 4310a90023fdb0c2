"""
The callback for Keras 3, on any of its backends.

    from stopwise.keras import StopwiseCallback
    model.fit(..., callbacks=[StopwiseCallback(monitor="val_exact_match", max_em_loss="1pt", dataset_size=20_000)])
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional, Union

import keras

from .decision import Decision
from .facts import Facts, positive, quietly
from .live_run import Timeouts
from .options import read_options
from .quantities import read_number
from .training import Training, told_metric


def steps_done(model: Any) -> Optional[float]:
    """Optimiser steps that the model has taken."""
    return positive(quietly(lambda: float(model.optimizer.iterations)))


def facts_of(model: Any, params: dict[str, Any]) -> Facts:
    """The task as Keras tells it: it knows neither the data's size nor the batch."""
    epochs, steps = positive(params.get("epochs")), positive(params.get("steps"))
    rate = quietly(lambda: float(model.optimizer.learning_rate))
    fixed = quietly(lambda: not callable(model.optimizer._learning_rate))
    return {
        "params": positive(quietly(lambda: float(model.count_params()))),
        "max_steps": epochs * steps if epochs and steps else None,
        "epochs": epochs,
        "evals": epochs,
        "learning_rate": positive(rate),
        "schedule": "constant" if fixed else None,
        "weight_decay": positive(quietly(lambda: float(model.optimizer.weight_decay))),
    }


class StopwiseCallback(keras.callbacks.Callback):  # type: ignore[misc]
    """
    Stops a training when stopwise says so, and records it.

    :param monitor: the logged metric that counts; default the best known of what starts with `val_`
    :param restore_best_weights: at a stop or at the end, give the model its best weights back
    :param backup_dir: folder for `stopwise.json`, the state of an interrupted run; give that of `BackupAndRestore`
    :param facts: all others as for `stopwise.transformers.StopwiseCallback`
    :raises InvalidInputError: for an argument that breaks its rule.
    """

    def __init__(
        self,
        *,
        restore_best_weights: bool = False,
        backup_dir: Union[str, os.PathLike[str], None] = None,
        token: Optional[str] = None,
        timeouts: Optional[Timeouts] = None,
        command: Optional[Sequence[str]] = None,
        **arguments: Any,
    ) -> None:
        super().__init__()
        self._options = read_options(arguments, token=token, timeouts=timeouts, command=command)
        self._training = Training(self._options)
        self._restores = restore_best_weights
        self._file = None if backup_dir is None else Path(backup_dir) / "stopwise.json"
        self._key: Optional[str] = None
        self._best: Optional[float] = None
        self._best_weights: Any = None
        self._first_epoch = True
        self._steps: float = 0

    def on_train_begin(self, logs: Any = None) -> None:
        self._key, self._best, self._best_weights, self._first_epoch = None, None, None, True
        self._steps = 0

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        stop = self._training.guarded(lambda: self._decide(epoch, dict(logs or {})).stop, False)
        if stop:
            self.model.stop_training = True

    def _decide(self, epoch: int, logs: dict[str, Any]) -> Decision:
        per_epoch = positive(self.params.get("steps")) or 1
        self._steps = steps_done(self.model) or (epoch + 1) * per_epoch
        if self._first_epoch:
            # The first epoch of all is a new run, whatever an older one has left in the folder.
            self._training.begin(epoch * per_epoch, self._read() if epoch > 0 else None)
            self._first_epoch = False
        held = {key: value for key, value in logs.items() if key.startswith("val_")}
        key = self._key or told_metric(self._options, held if self._options.monitor is None else logs, None)
        if key is None or key not in logs:
            wanted = self._key or self._options.monitor or "a val_ metric (give validation_data)"
            self._training.warner.warn(f"{wanted} is not among the logged metrics ({', '.join(logs) or 'none'}).")
            return Decision("continue", "no metric", reached=False)
        if not self._training.begun:
            delivery = "best" if self._restores else "last"
            self._training.start(key, {"delivery": delivery, **facts_of(self.model, self.params)})
        self._key = key
        self._remember(key, logs[key])
        measures = {
            "eval_loss": logs.get("val_loss"),
            "train_loss": logs.get("loss"),
            "epoch": epoch + 1,
            "lr": quietly(lambda: float(self.model.optimizer.learning_rate)),
        }
        decision = self._training.evaluated(self._steps, key, logs[key], measures)
        self._write()
        return decision

    def _remember(self, key: str, value: Any) -> None:
        if not self._restores:
            return
        number = read_number(value)
        signed = -number if self._options.class_of(key) in ("loss", "error-rate") else number
        if self._best is None or signed > self._best:
            self._best, self._best_weights = signed, self.model.get_weights()

    def _read(self) -> Any:
        if self._file is None or not self._file.is_file():
            return None
        return json.loads(self._file.read_text("utf-8"))

    def _write(self) -> None:
        """The state, whole or not at all: a kill in the middle leaves the one before."""
        if self._file is None:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps(self._training.keep()), "utf-8")
        part.replace(self._file)

    def on_train_end(self, logs: Any = None) -> None:
        if self._best_weights is not None:
            self._training.guarded(lambda: self.model.set_weights(self._best_weights), None)
        planned = (positive(self.params.get("epochs")) or 0) * (positive(self.params.get("steps")) or 0)
        self._training.finish("early-stopped" if self._steps < planned else "completed", self._steps)
        self._training.guarded(self._forget, None)

    def _forget(self) -> None:
        if self._file is not None:
            self._file.unlink(missing_ok=True)
