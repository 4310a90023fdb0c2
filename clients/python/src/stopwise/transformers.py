"""
The callback for Hugging Face trainers: Trainer, Seq2SeqTrainer, TRL's SFT, DPO and GRPO trainers, Unsloth.

    from stopwise.transformers import StopwiseCallback
    Trainer(..., callbacks=[StopwiseCallback(max_em_loss="1pt")])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

from transformers import TrainerCallback
from transformers.trainer_callback import ExportableState

from .decision import Decision
from .facts import quietly
from .journal import logger
from .live_run import Timeouts
from .options import read_options
from .ranks import from_rank_zero, group_is_up
from .trainer_facts import delivery_of, facts_of, findings, regime_of, sequence_length
from .training import Training, told_metric


def last_logged(state: Any, key: str) -> Any:
    """The newest value of a key in the trainer's log."""
    return next((entry[key] for entry in reversed(state.log_history) if key in entry), None)


def tokens_seen(state: Any, metrics: dict[str, Any]) -> Any:
    """Training tokens so far, where the trainer counts them (`include_num_input_tokens_seen`, or TRL)."""
    counted = getattr(state, "num_input_tokens_seen", 0)
    if counted:
        return counted
    return metrics.get("eval_num_tokens") or last_logged(state, "num_tokens")


class StopwiseCallback(TrainerCallback, ExportableState):  # type: ignore[misc]
    """
    Stops a training when stopwise says so, and records it.

    It reads from the trainer what it can tell; any fact given here overrules it. The state goes into the
    trainer's checkpoints, so that a resumed run goes on where it was. Nothing that fails takes the training down.

    :param monitor: the logged metric that counts; default `metric_for_best_model`, else exact match where it is
        logged, another score, or the evaluation loss
    :param mode: `auto` (stops where the answer is certified, watches where it is not), `stop`, `shadow`, `audit`
    :param scale: `percent` where the metric is from 0 to 100
    :param max_em_loss: the EM loss that you accept, such as `"1pt"` (default); `max_loss_increase`, such as
        `"1%"`, for runs with a loss only
    :param learning_rate_actions: let a plateau lower the learning rate before it ends the run
    :param facts: as for `stopwise.run`
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
        self._options = read_options(arguments, token=token, timeouts=timeouts, command=command)
        self._training = Training(self._options)
        self._key: Optional[str] = None
        self._running = False
        self.kept: Any = None

    def state(self) -> dict[str, Any]:
        """What goes into trainer_state.json."""
        kept = quietly(self._training.keep)
        return {"args": self._options.arguments(), "attributes": {"kept": kept}}

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._running, self._key = True, None
        self._training.guarded(lambda: self._begin(state), None)

    def _begin(self, state: Any) -> None:
        stored = state.stateful_callbacks
        own = stored.get(type(self).__name__)
        entry = own[-1] if isinstance(own, list) and own else own
        kept = (entry or {}).get("attributes", {}).get("kept") if state.global_step > 0 else None
        self._training.begin(state.global_step, kept)
        # A callback that was added on a resume has no place in the checkpoint yet, and the trainer wants one.
        stored.setdefault(type(self).__name__, self.state())

    def on_evaluate(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        if not self._running:
            return control
        metrics = kwargs.get("metrics") or {}
        decision = None
        if state.is_world_process_zero:
            decision = self._training.guarded(lambda: self._decide(args, state, metrics, kwargs), None)
        told = (decision.action, decision.factor) if decision is not None else ("continue", None)
        action, factor = self._training.guarded(lambda: self._agree(args, told), ("continue", None))
        if action == "stop":
            control.should_training_stop = True
        if action == "reduceLearningRate" and factor:
            self._training.guarded(lambda: lower_rates(kwargs, factor), None)
        return control

    def _agree(self, args: Any, told: Any) -> Any:
        if getattr(args, "world_size", 1) > 1 and not group_is_up():
            if told[0] != "continue":
                self._training.warner.warn("the other ranks cannot be told, so nothing is stopped.")
            return ("continue", None)
        return from_rank_zero(told)

    def _decide(self, args: Any, state: Any, metrics: dict[str, Any], kwargs: dict[str, Any]) -> Optional[Decision]:
        key = self._key or told_metric(self._options, metrics, args.metric_for_best_model)
        if key is None or key not in metrics:
            if self._key is None and self._options.monitor:
                self._training.warner.warn(f"{self._options.monitor} is not among {', '.join(metrics)}.")
            return None
        if not self._training.begun:
            self._start(args, state, key, kwargs)
        self._key = key
        measures = {
            "eval_loss": metrics.get("eval_loss"),
            "epoch": state.epoch,
            "tokens": tokens_seen(state, metrics),
            "train_loss": last_logged(state, "loss"),
            "grad_norm": last_logged(state, "grad_norm"),
            "lr": last_logged(state, "learning_rate"),
        }
        return self._training.evaluated(state.global_step, key, metrics[key], measures)

    def _start(self, args: Any, state: Any, key: str, kwargs: dict[str, Any]) -> None:
        for finding in findings(args, key):
            logger.warning("stopwise: %s", finding)
        model, tokens = kwargs.get("model"), tokens_seen(state, kwargs.get("metrics") or {})
        facts = facts_of(args, state, model, kwargs)
        facts["regime"] = regime_of(model, self._options.class_of(key))
        facts["sequence_length"] = sequence_length(facts, model, state.global_step, tokens)
        self._training.start(key, {"delivery": delivery_of(args), **facts})
        if not self._training.remembers:
            self._tell_history(state, key)

    def _tell_history(self, state: Any, key: str) -> None:
        """A live run that does not know them is told the evaluations before this process."""
        self._training.count_anew()
        for entry in state.log_history:
            if key in entry and entry.get("step", state.global_step) < state.global_step:
                counted = entry.get("num_input_tokens_seen") or entry.get("eval_num_tokens")
                measures = {"eval_loss": entry.get("eval_loss"), "epoch": entry.get("epoch"), "tokens": counted}
                self._training.evaluated(entry["step"], key, entry[key], measures)

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._running = False
        if state.is_world_process_zero:
            how = "completed" if state.global_step >= state.max_steps else "early-stopped"
            self._training.finish(how, state.global_step)


def lower_rates(kwargs: dict[str, Any], factor: float) -> None:
    """Multiplies the learning rates, those that the schedule starts from as well."""
    optimizer, scheduler = kwargs.get("optimizer"), kwargs.get("lr_scheduler")
    for group in optimizer.param_groups if optimizer is not None else []:
        group["lr"] *= factor
    inner: Any = getattr(scheduler, "scheduler", scheduler)
    if hasattr(inner, "base_lrs"):
        inner.base_lrs = [rate * factor for rate in inner.base_lrs]
