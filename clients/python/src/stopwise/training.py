"""What every callback does with a training: starts late, tells each evaluation, says one line, keeps its state."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any, Callable, Optional, TypeVar

from .decision import Decision, Recorded, going_on
from .errors import InvalidInputError
from .journal import OnceWarner, logger, show_log_lines
from .live_run import LiveRun, Start
from .loop import link_to
from .metric import bare_name, best_known, quality_of
from .options import CallbackOptions
from .quantities import read_number
from .request import Request, camel, options_of, read_request
from .tokens import TokenCount

T = TypeVar("T")
Facts = dict[str, Any]


def told_metric(options: CallbackOptions, metrics: Mapping[str, Any], trainers: Optional[str]) -> Optional[str]:
    """
    The key of the metric that counts: the callback's `monitor`, else the trainer's own, else the best known of
    what is logged. A loss that the trainer merely defaults to gives way to a score where a loss of EM is bounded.
    """
    for name in (options.monitor, trainers):
        found = next((key for key in (name, f"eval_{name}", f"val_{name}") if name and key in metrics), None)
        if found is None and name is not None:
            return None
        if found is not None and not (name is trainers and "max_em_loss" in options.facts and _is_loss(options, found)):
            return found
    return best_known(key for key, value in metrics.items() if math.isfinite(read_number(value)))


def _is_loss(options: CallbackOptions, key: str) -> bool:
    return options.class_of(key) == "loss"


class Training:
    """
    One training as a callback sees it. Whatever fails inside costs one warning; `evaluated` and `finish` always
    return.
    """

    def __init__(self, options: CallbackOptions) -> None:
        self.options = options
        self.warner = OnceWarner()
        self._live: Optional[LiveRun] = None
        self._kept: Optional[dict[str, Any]] = None
        self._kind = ""
        self._facts: Facts = {}
        self._request = Request()
        self._plan: Optional[float] = None
        self._last: Optional[Decision] = None
        self._shown_shadow = False
        self._tokens = TokenCount()
        self._began = time.monotonic()
        self._first_step: float = 0
        self._off = False
        show_log_lines()

    def guarded(self, work: Callable[[], T], otherwise: T) -> T:
        """Does what must not take the training down."""
        try:
            return work()
        except Exception as error:  # whatever it is, the training goes on
            self.warner.warn(f"{type(error).__name__}: {error} The training goes on without stopwise.")
            self._off = True
            return otherwise

    def begin(self, step: float, kept: Optional[dict[str, Any]] = None) -> None:
        """A training begins, or goes on at `step` with what its checkpoint kept."""
        self.leave()
        self._last, self._shown_shadow, self._off = None, False, False
        self._kept = kept if isinstance(kept, dict) else None
        self._tokens = TokenCount.from_kept((self._kept or {}).get("tokens"))
        self._began, self._first_step = time.monotonic(), step

    def leave(self) -> None:
        """Lets go of a training that broke off; what its checkpoint kept goes on with it."""
        if self._live is not None:
            self._kept = self.keep()
            self._live.leave()
        self._live = None

    @property
    def begun(self) -> bool:
        """Whether the live run has been started."""
        return self._live is not None

    def start(self, key: str, facts: Facts) -> None:
        """
        Starts the live run: what the trainer tells, overruled by what the user told. A run that is resumed is the
        run that was begun: what the trainer told then counts, though it has another number of devices now.
        """
        facts = (self._kept or {}).get("facts") or facts
        self._kind = self.options.class_of(key) or "match"
        told = {"metric": bare_name(key), **facts, **self.options.facts}
        told = self._with_bound(told, key)
        self._plan = read_number(told.get("max_steps"))
        start = Start(read_request(told), self.options.mode, self.options.scale)
        options = self.options
        start.read = {camel(name) for name in facts if name not in self.options.facts}
        self._facts, self._request = facts, start.request
        start.options = options_of(options.group, options.audit_share, options.learning_rate_actions)
        if self._kept is not None:
            start.run, start.state = str(self._kept["run"]), self._kept.get("state")
        words = options.command
        link = link_to(store=options.store, server=options.server, token=options.token(), words=words)
        self._live = LiveRun(start, link, options.timeouts, self.warner)
        advice = self._live.open()
        if advice is not None:
            logger.info("stopwise: run %s, mode %s: %s (%s)", start.run, advice.mode, advice.sentence, advice.status)

    def _with_bound(self, told: Facts, key: str) -> Facts:
        wrong, right = "max_loss_increase", "max_em_loss"
        if self._kind == "loss":
            wrong, right = right, wrong
        if wrong in told and right not in told:
            fix = "Monitor a score such as exact_match" if self._kind == "loss" else "Monitor a loss"
            raise InvalidInputError(f"{wrong} bounds another kind of metric than {key}. {fix}, or give {right}.")
        kept = {name: value for name, value in told.items() if name != wrong}
        return {right: "1pt" if right == "max_em_loss" else "1%", **kept}

    def evaluated(self, step: float, key: str, value: Any, measures: Mapping[str, Any]) -> Decision:
        """Tells one evaluation."""
        if self._off or self._live is None:
            return going_on("stopwise is off", step)
        return self.guarded(lambda: self._tell(step, key, value, measures), going_on("it failed", step))

    def _tell(self, step: float, key: str, value: Any, measures: Mapping[str, Any]) -> Decision:
        assert self._live is not None
        told = {**measures, **self._score(value)}
        told["tokens"] = self._tokens.take(measures.get("tokens"), step)
        decision = self._live.checkpoint(step, **told)
        self._say(decision)
        self._last = decision
        return decision

    def _score(self, value: Any) -> dict[str, float]:
        number = read_number(value)
        if self._kind == "loss":
            return {"eval_loss": number}
        return {"quality": quality_of(self._kind, number, self.options.scale)}

    def _say(self, decision: Decision) -> None:
        """One line for each decision that changes something."""
        if decision.action != "continue":
            logger.info("stopwise: step %s: %s: %s", decision.step, decision.action, decision.reason)
        elif decision.would_stop_at is not None and not self._shown_shadow:
            self._shown_shadow = True
            logger.info(
                "stopwise: step %s: would have stopped here, mode is %s: %s",
                f"{decision.would_stop_at:g}",
                self._live.mode if self._live else self.options.mode,
                decision.reason,
            )

    def keep(self) -> Optional[dict[str, Any]]:
        """JSON for the trainer's checkpoint; None before the first evaluation and after the end."""
        if self._live is None:
            return self._kept
        asked = {**self._request.task, **self._request.wishes}
        facts = {name: value for name, value in self._facts.items() if camel(name) in asked}
        return {"run": self._live.name, "state": self._live.state, "facts": facts, "tokens": self._tokens.keep()}

    def count_anew(self) -> None:
        """Forgets the tokens: the run is told again from its beginning."""
        self._tokens = TokenCount()

    @property
    def remembers(self) -> bool:
        """Whether the live run knows what was told before this process."""
        return self._live is not None and self._live.state is not None

    def finish(self, how: str, step: float) -> None:
        """The training ended: records the run and says the summary."""
        self.guarded(lambda: self._finish(how, step), None)
        self._live = self._kept = None

    def _finish(self, how: str, step: float) -> None:
        if self._live is None:
            return
        recorded = self._live.end(how)
        # A stop at the last evaluation of the plan has stopped nothing.
        stopped = self._last is not None and self._last.stop and not (self._plan and step >= self._plan)
        logger.info("stopwise: %s", "; ".join(part for part in self._summary(step, stopped, recorded) if part))

    def _summary(self, step: float, stopped: bool, recorded: Optional[Recorded]) -> list[str]:
        share = step / self._plan if self._plan and self._plan > 0 else math.nan
        advice = self._live.advice if self._live else None
        guarantee = advice.guarantee if advice else ""
        if recorded is None:
            return [f"went on to step {step:g}; the run could not be recorded", guarantee]
        if not stopped:
            return [recorded.summary.rstrip(".") or f"went on to step {step:g}", guarantee]
        done = f"stopped at {100 * share:.0f} % of the plan" if share < 1 else f"stopped at step {step:g}"
        return [done + self._hours(share, step), guarantee.rstrip("."), f"run {recorded.run} is in {recorded.store}"]

    def _hours(self, share: float, step: float) -> str:
        """What the rest of the plan would have taken at the speed so far."""
        done = step - self._first_step
        if not (0 < share < 1) or done <= 0:
            return ""
        seconds = (time.monotonic() - self._began) * (step / share - step) / done
        return f", {seconds / 3600:.1f} h saved" if seconds >= 360 else f", {seconds:.0f} s saved"
