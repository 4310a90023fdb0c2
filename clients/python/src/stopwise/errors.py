"""The errors that the client raises before a run starts; later ones are warnings."""

from __future__ import annotations


class StopwiseError(Exception):
    """What went wrong, with the fix in the same sentence or after it."""


class InvalidInputError(StopwiseError, ValueError):
    """An argument breaks a rule; the message names the argument, the rule and the fix."""


class UnreachableError(StopwiseError):
    """The process or server that decides cannot be reached, or its answer cannot be read."""


class TimedOutError(UnreachableError):
    """No answer in time: the other side may hang, and asking again at once would cost the same time again."""


class RefusedError(StopwiseError):
    """The process or server refused a message; `code` and `hint` are its own."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.code = code
        self.hint = hint
