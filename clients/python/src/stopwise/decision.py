"""What a live run answers: a decision at each checkpoint, advice at the start, a record at the end."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Optional

from .errors import UnreachableError

ACTIONS = ("continue", "stop", "reduceLearningRate", "cooldown")


def _number(value: Any) -> Optional[float]:
    usable = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return value if usable else None


@dataclass(frozen=True)
class Decision:
    """What to do after one evaluation, with its reason."""

    action: str
    #: one English sentence that a log line can print
    reason: str
    criterion: str = ""
    #: the criterion's statistic and the level it is compared with; None where there is none
    value: Optional[float] = None
    threshold: Optional[float] = None
    step: Optional[float] = None
    #: the step at which a run in shadow mode, or an audited one, would have stopped
    would_stop_at: Optional[float] = None
    saved_if_stopped: Any = None
    #: with `reduceLearningRate`: the rate is multiplied by this
    factor: Optional[float] = None
    #: with `cooldown`: training tokens over which the rate falls to zero
    cooldown_tokens: Optional[float] = None
    #: what is odd about the values that were told, where something is
    warning: str = ""
    #: False where nothing decided, because stopwise could not be reached
    reached: bool = True

    @property
    def stop(self) -> bool:
        """Whether to end the run now."""
        return self.action == "stop"


def going_on(reason: str, step: Optional[float] = None) -> Decision:
    """The decision where nothing was decided: the run goes on."""
    return Decision("continue", reason, step=step, reached=False)


def decision_of(reply: dict[str, Any]) -> Decision:
    """
    Reads a decision message.

    :raises UnreachableError: where it is none; a malformed reply stops nothing.
    """
    action, reason = reply.get("action"), reply.get("reason")
    if reply.get("type") != "decision" or action not in ACTIONS or not isinstance(reason, str):
        raise UnreachableError(f"expected a decision, got {str(reply)[:120]}")
    return Decision(
        action=action,
        reason=reason,
        criterion=str(reply.get("criterion") or ""),
        value=_number(reply.get("value")),
        threshold=_number(reply.get("threshold")),
        step=_number(reply.get("step")),
        would_stop_at=_number(reply.get("wouldStopAt")),
        saved_if_stopped=reply.get("savedIfStopped"),
        factor=_number(reply.get("factor")),
        cooldown_tokens=_number(reply.get("cooldownTokens")),
        warning=str(reply.get("warning") or ""),
    )


@dataclass(frozen=True)
class Advice:
    """What a live run said at its start."""

    mode: str
    using: str
    #: `certified`, `uncertified` or `abstained`
    status: str
    sentence: str
    #: the recommendation as `stopwise recommend --json` prints it
    document: dict[str, Any] = field(default_factory=dict)
    #: the policy at work, as `stopwise replay --policy` takes it
    policy: dict[str, Any] = field(default_factory=dict)
    #: evaluations that the other side knows already
    checkpoints: int = 0

    @property
    def guarantee(self) -> str:
        """The certificate in a sentence, or why there is none."""
        certificate = self.document.get("certificate") or {}
        told = certificate.get("statement") or certificate.get("reason") or ""
        return f"{self.status}: {told}" if told else self.status


def advice_of(reply: dict[str, Any]) -> Advice:
    """Reads an advice message; raises UnreachableError where it is none."""
    document = reply.get("advice")
    if reply.get("type") != "advice" or not isinstance(document, dict):
        raise UnreachableError(f"expected advice, got {str(reply)[:120]}")
    return Advice(
        mode=str(reply.get("mode") or "shadow"),
        using=str(reply.get("using") or "start"),
        status=str(document.get("status") or "uncertified"),
        sentence=str(reply.get("sentence") or document.get("sentence") or ""),
        document=document,
        policy=reply.get("policy") or document.get("policy") or {},
        checkpoints=int(_number(reply.get("checkpoints")) or 0),
    )


def _without_name(line: str) -> str:
    """The line without the `stopwise: ` that the logger puts in front again."""
    return line[len("stopwise: ") :] if line.startswith("stopwise: ") else line


@dataclass(frozen=True)
class Recorded:
    """What a live run said at its end."""

    run: str
    store: str
    #: share of the cost that was saved, or would have been; None where it is not known
    share: Optional[float]
    tokens: Optional[float]
    would_stop_at: Optional[float]
    #: one line for the log
    summary: str = ""


def recorded_of(reply: dict[str, Any]) -> Recorded:
    """Reads a recorded message; raises UnreachableError where it is none."""
    if reply.get("type") != "recorded":
        raise UnreachableError(f"expected the record of the run, got {str(reply)[:120]}")
    saved = reply.get("saved") if isinstance(reply.get("saved"), dict) else {}
    return Recorded(
        run=str(reply.get("run") or ""),
        store=str(reply.get("store") or ""),
        share=_number((saved or {}).get("share")),
        tokens=_number((saved or {}).get("tokens")),
        would_stop_at=_number(reply.get("wouldStopAt")),
        summary=_without_name(str(reply.get("summary") or "")),
    )
