"""One live run as the client sees it: it tells each evaluation and gets a decision, whatever happens to the link."""

from __future__ import annotations

import math
import os
import re
import threading
from dataclasses import dataclass, field
from typing import Any, Optional, Protocol

from .decision import Advice, Decision, Recorded, advice_of, decision_of, going_on, recorded_of
from .errors import InvalidInputError, RefusedError, TimedOutError
from .journal import OnceWarner, logger
from .quantities import read_number, tidy
from .request import Request, camel

Message = dict[str, Any]
MEASURES = ("tokens", "epoch", "quality", "test_quality", "eval_loss", "train_loss", "grad_norm", "lr")
# A quality that rounding has put above one is still one.
_ROUNDING = 1e-6
_LONGEST_PAUSE = 32


class Link(Protocol):
    """A way to a live run: a child process or a server."""

    def open(self, start: Message, timeout: float) -> Message: ...

    def ask(self, message: Message, timeout: float) -> Message: ...

    def close(self) -> None: ...


@dataclass
class Start:
    """What a live run is started with."""

    request: Request
    mode: str = "auto"
    scale: str = "unit"
    run: str = field(default_factory=lambda: f"run-{os.urandom(6).hex()}")
    state: Any = None
    #: what is told only where it is known: group, auditShare, learningRateActions
    options: dict[str, Any] = field(default_factory=dict)
    #: facts that nobody told but that were read from a trainer: one that is refused is left out
    read: set[str] = field(default_factory=set)

    def leave_out(self, error: RefusedError) -> list[str]:
        """Leaves out the facts that were read from the trainer and that the error names."""
        named = [name for name in self.read & set(self.request.task) if re.search(rf"\b{name}\b", str(error))]
        for name in named:
            del self.request.task[name]
        return named

    def message(self) -> Message:
        return {
            "type": "start",
            "run": self.run,
            "task": self.request.task,
            "request": self.request.wishes,
            "mode": self.mode,
            "scale": self.scale,
            **self.options,
            "state": self.state,
        }


@dataclass(frozen=True)
class Timeouts:
    """Seconds that the trainer waits at most: for the start, for a checkpoint, for the end."""

    start: float = 60.0
    checkpoint: float = 10.0
    end: float = 30.0


def checkpoint_message(step: Any, measures: dict[str, Any]) -> Message:
    """The message of one evaluation; what is no finite number is told as null, what is None is not told."""
    number = read_number(step)
    if not (number >= 0 and math.isfinite(number)):
        raise InvalidInputError(f"step must be a number >= 0, got {step!r}.")
    message: Message = {"type": "checkpoint", "step": tidy(number)}
    for name in MEASURES:
        value = measures.get(name)
        if value is not None:
            number = read_number(value)
            message[camel(name)] = tidy(number) if math.isfinite(number) else None
    return message


class LiveRun:
    """
    Tells a live run each evaluation. It never raises for what happens outside: a process that was killed, a
    server that is gone, a malformed answer. It warns once, starts the link again from the last state where it
    can, tells what was missed, and says `continue` until then.
    """

    def __init__(
        self,
        start: Start,
        link: Link,
        timeouts: Optional[Timeouts] = None,
        warner: Optional[OnceWarner] = None,
    ) -> None:
        self._start = start
        self._link = link
        self._timeouts = timeouts or Timeouts()
        self._lock = threading.RLock()
        self._warner = warner or OnceWarner()
        self._open = False
        self._over = False
        self._refused = False
        self._out_of_scale = False
        self._said: set[str] = set()
        self._told: list[Message] = []
        self._untold: list[Message] = []
        self._failures = 0
        self._pause = 0
        self.state: Any = start.state
        self.advice: Optional[Advice] = None
        self.last: Optional[Decision] = None
        self.recorded: Optional[Recorded] = None

    @property
    def name(self) -> str:
        """The run's name in the store."""
        return self._start.run

    @property
    def mode(self) -> str:
        """What is done with decisions: the advice's word, else what was asked for."""
        return self.advice.mode if self.advice else self._start.mode

    def open(self) -> Optional[Advice]:
        """Starts the run; None where stopwise cannot be reached, which is tried again at the next evaluation."""
        with self._lock:
            self._guarded(self._reach, None)
            return self.advice

    def checkpoint(self, step: Any, **measures: Any) -> Decision:
        """
        Tells one evaluation: step, and any of tokens, epoch, quality, test_quality,
        eval_loss, train_loss, grad_norm, lr.

        :raises InvalidInputError: for a measure with another name or a step that is no number.
        """
        unknown = [name for name in measures if name not in MEASURES]
        if unknown:
            raise InvalidInputError(f"checkpoint has no {unknown[0]}; its measures are {', '.join(MEASURES)}.")
        message = checkpoint_message(step, measures)
        with self._lock:
            reason = self._reason_to_go_on(message)
            if reason is None:
                self._untold.append(message)
                decision = self._guarded(self._tell_all, None)
            else:
                decision = None
            self.last = decision or going_on(reason or "stopwise cannot be reached", message["step"])
            return self.last

    def end(self, how: str) -> Optional[Recorded]:
        """Ends the run (`completed`, `early-stopped` or `crashed`); None where it could not be recorded."""
        with self._lock:
            if self._over:
                return self.recorded
            if not self._refused and not self._out_of_scale:
                self._pause = 0
                self.recorded = self._guarded(lambda: self._tell_end(how), None)
            self._over = True
            self._link.close()
            return self.recorded

    def leave(self) -> None:
        """Lets go of the run without ending it: it may be resumed."""
        with self._lock:
            self._over = True
            self._close_quietly()

    def _reason_to_go_on(self, message: Message) -> Optional[str]:
        """Why this evaluation is not told at all."""
        if self._over:
            return "the run has ended"
        if self._start.scale == "unit" and not self._out_of_scale:
            self._check_scale(message.get("quality"))
        if self._out_of_scale:
            return "the quality is not in [0, 1]"
        return "stopwise refused the run" if self._refused else None

    def _check_scale(self, quality: Optional[float]) -> None:
        if quality is None or quality <= 1 + _ROUNDING:
            return
        self._out_of_scale = True
        self._warner.warn(
            f"the quality {quality:g} is above 1 and qualities are in [0, 1]: the run goes on without stopwise. "
            "Give scale='percent' where the metric is in percent."
        )

    def _guarded(self, work: Any, otherwise: Any) -> Any:
        """Runs what may fail outside; the first failure starts the link again at once, a second one waits."""
        if self._refused:
            return otherwise
        if self._pause > 0:
            self._pause -= 1
            return otherwise
        for attempt in (1, 2):
            try:
                result = work()
            except RefusedError as error:
                self._refuse(error)
                return otherwise
            except TimedOutError as error:
                self._lose(error, attempt=2)
                break
            except Exception as error:  # whatever happened outside, the training goes on
                self._lose(error, attempt)
            else:
                self._failures = 0
                return result
        self._failures += 1
        self._pause = min(2 ** (self._failures - 1), _LONGEST_PAUSE)
        return otherwise

    def _refuse(self, error: RefusedError) -> None:
        self._refused = True
        self._open = False
        self._warner.warn(f"{error} The run goes on without stopwise.")
        self._close_quietly()

    def _lose(self, error: Exception, attempt: int) -> None:
        self._open = False
        self._close_quietly()
        then = "it is started again" if attempt == 1 else "the run goes on"
        self._warner.warn(f"{error}; {then}.")

    def _close_quietly(self) -> None:
        try:
            self._link.close()
        except Exception as error:
            logger.info("stopwise: closing failed: %s", error)

    def _reach(self) -> None:
        if self._open:
            return
        try:
            self._ask_for_advice()
        except RefusedError as error:
            if self.state is None:
                raise
            self._start_anew(error)
        self._open = True
        if self._told and self.advice is not None and self.advice.checkpoints == 0:
            # It has forgotten the run: what was told is told again.
            self._untold, self._told = [*self._told, *self._untold], []

    def _ask_for_advice(self) -> None:
        """A fact of the trainer that the other side does not know (a schedule of a later release) costs itself only."""
        while True:
            try:
                message = {**self._start.message(), "state": self.state}
                self.advice = advice_of(self._link.open(message, self._timeouts.start))
                return
            except RefusedError as error:
                self._close_quietly()
                named = self._start.leave_out(error)
                if not named:
                    raise
                logger.info("stopwise: %s It is left out.", error)

    def _start_anew(self, error: RefusedError) -> None:
        """A state that is refused (of another model, say) is given up: the evaluations are told again."""
        self._warner.warn(f"{error} The run starts anew with what it has told.")
        self.state = None
        self._ask_for_advice()

    def _tell_all(self) -> Optional[Decision]:
        """Tells what is not told yet, in order; the last decision is the one that counts."""
        self._reach()
        decision: Optional[Decision] = None
        while self._untold:
            decision = self._tell(self._untold[0])
            self._told.append(self._untold.pop(0))
        return decision

    def _tell(self, message: Message) -> Decision:
        try:
            reply = self._link.ask(message, self._timeouts.checkpoint)
        except RefusedError as error:
            # One message is refused, the run is not ended by it.
            self._warner.warn(f"step {message['step']}: {error}")
            return going_on(str(error), message["step"])
        decision = decision_of(reply)
        self._pass_on(decision.warning)
        self.state = reply.get("state", self.state)
        return decision

    def _pass_on(self, warning: str) -> None:
        """What is odd about the values is said once, not at every step again."""
        kind = re.sub(r"\d+", "", warning)
        if kind and kind not in self._said:
            self._said.add(kind)
            logger.warning("stopwise: %s", warning)

    def _tell_end(self, how: str) -> Recorded:
        self._tell_all()
        return recorded_of(self._link.ask({"type": "end", "end": how}, self._timeouts.end))
