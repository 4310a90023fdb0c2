"""`stopwise.run()`: a live run around any training loop."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Optional

from .child import ChildLink
from .decision import Advice, Decision, Recorded
from .errors import InvalidInputError
from .journal import OnceWarner, logger, show_log_lines
from .live_run import Link, LiveRun, Start, Timeouts
from .node import clean_environment, command
from .request import MODES, SCALES, Request, one_of, options_of, read_request
from .server import ServerLink

if TYPE_CHECKING:
    from .contract import TaskFacts  # noqa: F401


class LateChildLink(ChildLink):
    """A child whose command is looked for when it is started, so that a missing Node is a warning."""

    def __init__(self, store: Optional[str], words: Optional[Sequence[str]]) -> None:
        super().__init__(words or (), clean_environment())
        self._store = store

    def open(self, start: dict[str, Any], timeout: float) -> dict[str, Any]:
        if not self._words:
            place = [] if self._store is None else ["--store", self._store]
            self._words = command("live", *place)
        return super().open(start, timeout)


def link_to(
    *,
    store: Optional[str],
    server: Optional[str],
    token: Optional[str],
    words: Optional[Sequence[str]] = None,
) -> Link:
    """The link that the arguments ask for."""
    if server is None:
        if token is not None:
            raise InvalidInputError("token is for a server. Give server='http://...' as well, or leave it out.")
        return LateChildLink(store, words)
    if store is not None:
        raise InvalidInputError("a server has its own store. Give store or server, not both.")
    return ServerLink(server, token)


class Run:
    """A live run; `with stopwise.run(...) as run` ends it."""

    def __init__(self, live: LiveRun, request: Request) -> None:
        self._live = live
        self._request = request
        self._last_steps: list[float] = []
        self._stopped = False

    @property
    def name(self) -> str:
        """The run's name in the store."""
        return self._live.name

    @property
    def advice(self) -> Optional[Advice]:
        """What was said at the start; None where stopwise could not be reached."""
        return self._live.advice

    @property
    def state(self) -> Any:
        """JSON to keep in a checkpoint file and to give as `state=` when the run is resumed."""
        return {"run": self._live.name, "state": self._live.state}

    @property
    def recorded(self) -> Optional[Recorded]:
        """What was said at the end."""
        return self._live.recorded

    def checkpoint(
        self,
        step: Any,
        quality: Any = None,
        eval_loss: Any = None,
        *,
        test_quality: Any = None,
        tokens: Any = None,
        epoch: Any = None,
        train_loss: Any = None,
        grad_norm: Any = None,
        lr: Any = None,
    ) -> Decision:
        """
        Tells one evaluation and gives the decision.

        :param step: optimiser steps so far
        :param quality: the monitored score, higher is better, in [0, 1] (or percent with `scale="percent"`)
        :param tokens: training tokens so far
        :raises InvalidInputError: where the step is no number >= 0.
        """
        decision = self._live.checkpoint(
            step,
            quality=quality,
            eval_loss=eval_loss,
            test_quality=test_quality,
            tokens=tokens,
            epoch=epoch,
            train_loss=train_loss,
            grad_norm=grad_norm,
            lr=lr,
        )
        self._last_steps = [*self._last_steps[-1:], float(step)]
        if decision.action != "continue" and not (decision.stop and self._stopped):
            logger.info("stopwise: step %s: %s: %s", step, decision.action, decision.reason)
        self._stopped = self._stopped or decision.stop
        return decision

    def end(self, how: Optional[str] = None) -> Optional[Recorded]:
        """Ends the run: `completed`, `early-stopped` or `crashed`; without a word it is seen from the plan."""
        if how is not None:
            one_of("completed", "early-stopped", "crashed")("how", how)
        recorded = self._live.end(how or self._seen_end())
        if recorded is not None:
            logger.info("stopwise: %s", recorded.summary or f"run {recorded.run} is recorded in {recorded.store}")
        return recorded

    def _seen_end(self) -> str:
        """Left with more than one evaluation's way to the plan, a run did not reach it."""
        if self._stopped:
            return "early-stopped"
        planned, steps = self._request.task.get("maxSteps"), self._last_steps
        if planned is None or not steps:
            return "completed"
        cadence = steps[-1] - (steps[-2] if len(steps) > 1 else 0)
        return "completed" if steps[-1] + cadence > planned - 1 else "early-stopped"

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        try:
            self.end(None if kind is None else "crashed")
        except Exception as failure:  # what the loop raised is what counts
            OnceWarner().warn(f"the run was not ended in order: {failure}")


def run(
    *,
    mode: str = "auto",
    scale: str = "unit",
    store: Optional[str] = None,
    server: Optional[str] = None,
    token: Optional[str] = None,
    run: Optional[str] = None,
    state: Any = None,
    group: Optional[str] = None,
    audit_share: Optional[float] = None,
    learning_rate_actions: bool = False,
    timeouts: Optional[Timeouts] = None,
    command: Optional[Sequence[str]] = None,
    **facts: Any,
) -> Run:
    """
    Starts a live run around any loop.

    :param mode: `auto` stops where the answer is certified and shadows where it is not; `stop`, `shadow`, `audit`
    :param scale: `unit` for qualities in [0, 1], `percent` for 0 to 100
    :param store: folder or address of the store; default `.stopwise`, or STOPWISE_STORE
    :param server: address of a `stopwise serve`, in place of a child process; its token is `token` or STOPWISE_TOKEN
    :param run: the run's name in the store
    :param state: what `state` of an interrupted run gave
    :param group: what the runs of this task are called, the unit of guarantees; default: the task's name
    :param audit_share: share of runs that go on to their plan, to learn from; 0 switches it off
    :param learning_rate_actions: whether your loop lowers its rate when a decision says so
    :param command: the words that are started in place of `stopwise live`
    :param facts: the task (dataset_size, answer_length, family, model, params, max_steps, max_tokens, epochs,
        batch_size, sequence_length, evals, eval_size, learning_rate, schedule, metric, ...) and the bound
        (max_em_loss, max_loss_increase, confidence, bound, delivery)
    :raises InvalidInputError: for an unknown argument or one that breaks its rule; nothing else is raised.
    """
    show_log_lines()
    request = read_request(facts)
    start = Start(request, one_of(*MODES)("mode", mode), one_of(*SCALES)("scale", scale))
    start.options = options_of(group, audit_share, learning_rate_actions)
    if isinstance(state, dict) and set(state) == {"run", "state"}:
        start.run, start.state = state["run"], state["state"]
    else:
        start.state = state
    if run is not None:
        start.run = run
    live = LiveRun(start, link_to(store=store, server=server, token=token, words=command), timeouts)
    live.open()
    return Run(live, request)
