"""
The callback for Lightning, under both of its names (`lightning` and `pytorch_lightning`).

    from stopwise.lightning import StopwiseCallback
    Trainer(..., callbacks=[StopwiseCallback(monitor="val_em", max_em_loss="1pt")])
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Optional

from .facts import quietly
from .journal import logger
from .lightning_facts import best_is_kept, current_rate, facts_of, planned_steps
from .live_run import Timeouts
from .options import read_options
from .training import Training, told_metric


def _base() -> Any:
    """The Callback of the Lightning that the program uses; the one that is loaded goes before one that is not."""
    names = ["lightning.pytorch", "pytorch_lightning"]
    loaded = [name for name in names if name in sys.modules]
    found = loaded or [name for name in names if find_spec(name.split(".")[0]) is not None]
    if not found:
        raise ImportError("stopwise.lightning needs Lightning. Run: pip install lightning")
    return import_module(found[0]).Callback


class StopwiseCallback(_base()):  # type: ignore[misc]
    """
    Stops a training when stopwise says so, and records it. The state goes into the trainer's checkpoints.

    :param monitor: the logged metric that counts, such as `val_em`; default the best known of what is logged
    :param facts: all others as for `stopwise.transformers.StopwiseCallback`
    :raises InvalidInputError: for an argument that breaks its rule.
    """

    def __init__(
        self,
        *,
        token: Optional[str] = None,
        timeouts: Optional[Timeouts] = None,
        command: Optional[Sequence[str]] = None,
        **arguments: Any,
    ) -> None:
        super().__init__()
        self._options = read_options(arguments, token=token, timeouts=timeouts, command=command)
        self._training = Training(self._options)
        self._key: Optional[str] = None
        self._kept: Any = None

    def state_dict(self) -> dict[str, Any]:
        """What goes into the trainer's checkpoints."""
        return {"kept": quietly(self._training.keep)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """What a checkpoint kept; it is used where the training goes on from it."""
        self._kept = state_dict.get("kept")

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        self._key = None
        kept = self._kept if trainer.global_step > 0 else None
        self._training.guarded(lambda: self._training.begin(trainer.global_step, kept), None)
        self._kept = None

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        if trainer.sanity_checking or trainer.state.fn != "fit":
            return
        action = "continue"
        if trainer.is_global_zero:
            action = self._training.guarded(lambda: self._decide(trainer, pl_module), "continue")
        action = self._training.guarded(lambda: self._agree(trainer, action), "continue")
        if action == "stop":
            trainer.should_stop = True

    def _agree(self, trainer: Any, action: str) -> str:
        return str(trainer.strategy.broadcast(action)) if trainer.world_size > 1 else action

    def _decide(self, trainer: Any, module: Any) -> str:
        metrics = dict(trainer.callback_metrics)
        held = {key: value for key, value in metrics.items() if not key.startswith("train")}
        key = self._key or told_metric(self._options, held, None)
        if key is None or key not in metrics:
            wanted = self._key or self._options.monitor or "a known score"
            self._training.warner.warn(f"{wanted} is not among the logged metrics ({', '.join(metrics) or 'none'}).")
            return "continue"
        if not self._training.begun:
            self._start(trainer, module, key)
        self._key = key
        measures = {
            "eval_loss": next(
                (metrics[name] for name in ("val_loss", "valid_loss", "eval_loss") if name in metrics), None
            ),
            "train_loss": next((metrics[name] for name in ("train_loss", "loss") if name in metrics), None),
            "epoch": trainer.current_epoch + 1 if trainer.fit_loop.epoch_loop.done else trainer.current_epoch,
            "tokens": metrics.get("tokens"),
            "lr": current_rate(trainer),
        }
        return self._training.evaluated(trainer.global_step, key, metrics[key], measures).action

    def _start(self, trainer: Any, module: Any, key: str) -> None:
        kept = best_is_kept(trainer, key)
        if not kept:
            logger.warning(
                "stopwise: no checkpoint keeps the best %s, so the run gives its last weights: add "
                "ModelCheckpoint(monitor=%r, mode=...) to the callbacks.",
                key,
                key,
            )
        self._training.start(key, {"delivery": "best" if kept else "last", **facts_of(trainer, module)})

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        if trainer.is_global_zero:
            planned = quietly(lambda: planned_steps(trainer))
            short = planned is not None and trainer.global_step < planned
            self._training.finish("early-stopped" if short else "completed", trainer.global_step)

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        self._training.guarded(self._training.leave, None)
