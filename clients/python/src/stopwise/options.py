"""The arguments that every callback takes, checked when it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from .errors import InvalidInputError
from .live_run import Timeouts
from .loop import link_to
from .metric import bare_name, metric_class
from .request import MODES, SCALES, one_of, options_of, read_request

# Tokens stay out of checkpoints: a callback that is made again from one finds its token here.
_tokens: dict[str, str] = {}


@dataclass
class CallbackOptions:
    """What a callback was told by its user."""

    mode: str = "auto"
    scale: str = "unit"
    monitor: Optional[str] = None
    store: Optional[str] = None
    server: Optional[str] = None
    group: Optional[str] = None
    audit_share: Optional[float] = None
    learning_rate_actions: bool = False
    timeouts: Timeouts = field(default_factory=Timeouts)
    command: Optional[Sequence[str]] = None
    facts: dict[str, Any] = field(default_factory=dict)

    def token(self) -> Optional[str]:
        """The server's token, where it was given."""
        return _tokens.get(self.server or "")

    def arguments(self) -> dict[str, Any]:
        """The keyword arguments that make this callback again, as JSON."""
        own = {name: getattr(self, name) for name in _JSON_NAMES}
        return {name: value for name, value in {**own, **self.facts}.items() if value is not None}

    def class_of(self, key: str) -> Optional[str]:
        """The metric class of a logged key: as told, else from the metric's name."""
        told = self.facts.get("metric_class")
        return told or metric_class(str(self.facts.get("metric") or bare_name(key)))


_JSON_NAMES = ("mode", "scale", "monitor", "store", "server", "group", "audit_share", "learning_rate_actions")


def read_options(
    arguments: Mapping[str, Any],
    *,
    token: Optional[str] = None,
    timeouts: Optional[Timeouts] = None,
    command: Optional[Sequence[str]] = None,
) -> CallbackOptions:
    """
    Checks a callback's keyword arguments.

    :raises InvalidInputError: for an unknown name or a value that breaks its rule.
    """
    own = {name: value for name, value in arguments.items() if name in _JSON_NAMES and value is not None}
    facts = {name: value for name, value in arguments.items() if name not in _JSON_NAMES and value is not None}
    options = CallbackOptions(**own, timeouts=timeouts or Timeouts(), command=command, facts=facts)
    one_of(*MODES)("mode", options.mode)
    one_of(*SCALES)("scale", options.scale)
    options_of(options.group, options.audit_share, options.learning_rate_actions)
    bounds = {name: facts.get(name) for name in ("max_em_loss", "max_loss_increase")}
    # Both may be given: the metric that is logged says which one counts.
    for name in bounds:
        read_request({key: value for key, value in facts.items() if key not in bounds or key == name})
    if options.monitor is not None and not isinstance(options.monitor, str):
        raise InvalidInputError(f"monitor must be the name of a logged metric, got {options.monitor!r}.")
    if token is not None and options.server is not None:
        _tokens[options.server] = token
    link_to(store=options.store, server=options.server, token=token, words=command)
    return options
